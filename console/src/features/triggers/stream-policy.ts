/** The smallest policy with which a role may read a stream, as AWS's error asks for it. */

export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: { Sid: string; Effect: "Allow"; Action: string | string[]; Resource: string }[];
}

/** ListStreams stands apart, for AWS takes no single stream for it. */
export function streamPolicy(streamArn: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ReadStream",
        Effect: "Allow",
        Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        Resource: streamArn,
      },
      { Sid: "ListStreams", Effect: "Allow", Action: "dynamodb:ListStreams", Resource: "*" },
    ],
  };
}

/** Whether a refusal is the one that this policy cures. */
export function lacksStreamPermission(code: string, message: string): boolean {
  return code === "InvalidParameterValueException" && message.startsWith("Cannot access stream");
}
