import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { SigningIn } from "./useSignIn";

/** The two parts of an access key. `onEnter` is for a place that is no form. */
export function KeyFields({ of, onEnter }: { of: SigningIn; onEnter?: () => void }) {
  const enter: InputProps["onKeyDown"] = ({ detail }) => {
    if (detail.key === "Enter") onEnter?.();
  };
  return (
    <SpaceBetween size="m">
      <FormField label="Access key ID">
        <Input
          value={of.accessKeyId}
          onChange={({ detail }) => of.setAccessKeyId(detail.value)}
          onKeyDown={enter}
          autoFocus
          autoComplete="username"
          spellcheck={false}
        />
      </FormField>
      <FormField label="Secret access key">
        <Input
          type="password"
          value={of.secretAccessKey}
          onChange={({ detail }) => of.setSecretAccessKey(detail.value)}
          onKeyDown={enter}
          autoComplete="current-password"
        />
      </FormField>
    </SpaceBetween>
  );
}
