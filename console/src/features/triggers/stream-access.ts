/** Whether a function's role may read a stream: asked of IAM's simulator before a trigger is submitted. */

import { lastPart } from "../../aws/arn";
import { simulatePrincipalPolicy } from "../../aws/iam";
import { getFunctionConfiguration } from "../../aws/lambda";
import type { Operation } from "../../aws/operation";

export interface StreamAccess {
  role: string;
  /** The actions that are not allowed, and that the trigger needs. */
  lacking: string[];
}

const ON_THE_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
const ON_ALL = ["dynamodb:ListStreams"];

export const streamAccess: Operation<{ functionName: string; streamArn: string }, StreamAccess> = {
  service: "iam",
  name: "StreamAccess",
  send: async ({ functionName, streamArn }, signal) => {
    const { Role = "" } = await getFunctionConfiguration.send({ FunctionName: functionName }, signal);
    const questions = [
      { PolicySourceArn: Role, ActionNames: ON_THE_STREAM, ResourceArns: [streamArn] },
      { PolicySourceArn: Role, ActionNames: ON_ALL, ResourceArns: ["*"] },
    ];
    const answers = await Promise.all(questions.map((question) => simulatePrincipalPolicy.send(question, signal)));
    const denied = answers.flatMap((answer) => answer.EvaluationResults ?? []).filter((it) => it.EvalDecision !== "allowed");
    return { role: lastPart(Role), lacking: denied.map((it) => it.EvalActionName ?? "") };
  },
};
