#!/bin/sh
# The same story in the words of the AWS CLI:  sh examples/back_in_stock/story.sh you@example.org
# `python -m examples.back_in_stock.story --tear-down` removes what it has made. Needs aws, and zip or python3.
set -eu
email=${1:?give the address that the mails go to}
: "${AWS_ENDPOINT_URL:?no server is named; first: eval \"\$(.venv/bin/tailrace env)\"}"
cd "$(dirname "$0")"
export AWS_PAGER='' AWS_DEFAULT_OUTPUT=text
name=back-in-stock table=Cloud9-Furniture
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "1  A shop, $table: the chair that you want is out of stock"
aws dynamodb create-table --table-name $table --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=PK,AttributeType=S AttributeName=SK,AttributeType=S \
    --key-schema AttributeName=PK,KeyType=HASH AttributeName=SK,KeyType=RANGE \
    --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES >/dev/null
aws dynamodb wait table-exists --table-name $table
stream=$(aws dynamodb describe-table --table-name $table --query Table.LatestStreamArn)
aws dynamodb put-item --table-name $table --item '{"PK": {"S": "FURNITURE"}, "SK": {"S": "CHAIR#ERGONOMIC"},
    "Name": {"S": "Ergonomic chair"}, "Stocks": {"N": "0"}, "Price": {"M": {"USD": {"N": "249"}}}}'

echo "2  You ask to be told when it is back"
topic=$(aws sns create-topic --name $name --attributes DisplayName=Cloud9)
subscription=$(aws sns subscribe --topic-arn "$topic" --protocol email --notification-endpoint "$email" \
    --attributes '{"FilterPolicy": "{\"product\": [\"CHAIR#ERGONOMIC\"]}"}' --return-subscription-arn)
echo "   $email has a mail with a link to confirm this (.venv/bin/tailrace inbox --to $email). Open it; I wait."
until [ "$(aws sns get-subscription-attributes --subscription-arn "$subscription" \
    --query Attributes.PendingConfirmation)" = false ]; do sleep 1; done

echo "3  A role for the function"
log=$(echo "${topic%:*}" | sed 's/:sns:/:logs:/'):log-group:/aws/lambda/$name
sed -e "s|\${Stream}|$stream|" -e "s|\${Topic}|$topic|" -e "s|\${Log}|$log|" ../permissions.json >"$work/permissions.json"
role=$(aws iam create-role --role-name $name --assume-role-policy-document file://../trust.json --query Role.Arn)
aws iam put-role-policy --role-name $name --policy-name what-it-needs --policy-document "file://$work/permissions.json"

echo "4  The function"
(cd function && { zip -q "$work/code.zip" index.mjs 2>/dev/null || python3 -m zipfile -c "$work/code.zip" index.mjs; })
aws lambda create-function --function-name $name --runtime nodejs20.x --handler index.handler --role "$role" \
    --zip-file "fileb://$work/code.zip" --environment "Variables={TOPIC=$topic}" --timeout 10 >/dev/null
aws lambda wait function-active-v2 --function-name $name

echo "5  The trigger: stock 0 before, not 0 after"
pattern=$(tr -d '\n' <restocked.json | sed 's/"/\\"/g')
trigger=$(aws lambda create-event-source-mapping --function-name $name --event-source-arn "$stream" \
    --starting-position LATEST --function-response-types ReportBatchItemFailures --maximum-retry-attempts 5 \
    --filter-criteria "{\"Filters\": [{\"Pattern\": \"$pattern\"}]}" --query UUID)
until [ "$(aws lambda get-event-source-mapping --uuid "$trigger" --query State)" = Enabled ]; do sleep 1; done

echo "6  3 chairs arrive"
aws dynamodb update-item --table-name $table --key '{"PK": {"S": "FURNITURE"}, "SK": {"S": "CHAIR#ERGONOMIC"}}' \
    --update-expression 'SET Stocks = :n' --expression-attribute-values '{":n": {"N": "3"}}'
until aws logs filter-log-events --log-group-name /aws/lambda/$name --filter-pattern '"Told of"' \
    --query 'events[].message' 2>/dev/null | grep 'Told of'; do sleep 1; done
echo "   The mail to $email is on its way."
