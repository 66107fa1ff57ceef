/** The published versions of a function with the aliases that lead to them: two listings, asked as one. */

import { listAliases, listVersions } from "../../../aws/lambda-versions";
import type { Operation } from "../../../aws/operation";
import type { ListedVersion } from "./columns";
import { sharesOf } from "./routing";

/** The newest first; $LATEST isn't among them. */
export const publishedVersions: Operation<{ FunctionName: string }, ListedVersion[]> = {
  service: "lambda",
  name: "PublishedVersions",
  send: async (input, signal) => {
    const [versions, aliases] = await Promise.all([listVersions.send(input, signal), listAliases.send(input, signal)]);
    return versions
      .filter(({ Version }) => Version !== "$LATEST")
      .reverse()
      .map((version) => ({
        ...version,
        aliases: aliases.filter((alias) => sharesOf(alias).some((share) => share.version === version.Version)).map(({ Name = "" }) => Name),
      }));
  },
};
