"""Operations that Tailrace does not have, answered clearly instead of with an unknown operation."""

from __future__ import annotations

from tailrace.operation import anything, refuse

WHY = {
    "it sends no text messages": (
        *("CheckIfPhoneNumberIsOptedOut", "CreateSMSSandboxPhoneNumber", "DeleteSMSSandboxPhoneNumber"),
        *("GetSMSAttributes", "GetSMSSandboxAccountStatus", "ListOriginationNumbers", "ListPhoneNumbersOptedOut"),
        *("ListSMSSandboxPhoneNumbers", "OptInPhoneNumber", "SetSMSAttributes", "VerifySMSSandboxPhoneNumber"),
    ),
    "it sends no push notifications to phones": (
        *("CreatePlatformApplication", "CreatePlatformEndpoint", "DeleteEndpoint", "DeletePlatformApplication"),
        *("GetEndpointAttributes", "GetPlatformApplicationAttributes", "ListEndpointsByPlatformApplication"),
        *("ListPlatformApplications", "SetEndpointAttributes", "SetPlatformApplicationAttributes"),
    ),
    "it does not look for personal data in messages": ("GetDataProtectionPolicy", "PutDataProtectionPolicy"),
}

for _why, _names in WHY.items():
    for _name in _names:
        refuse("sns", _name, _why, needs=f"SNS:{_name}", on=anything)
