import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

const FILE_LINES_MAX = 250;

export default typescript.config(
  { ignores: ["node_modules"] },
  js.configs.recommended,
  ...typescript.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "max-lines": ["error", { max: FILE_LINES_MAX }],
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@cloudscape-design/components",
              message: "Import one component from its own folder: the index brings them all.",
              allowTypeImports: true,
            },
            { name: "@tanstack/react-query", importNames: ["useQuery", "useMutation"], message: "Use useAws and useChange of aws/." },
          ],
        },
      ],
    },
  },
  { files: ["src/aws/**"], rules: { "no-restricted-imports": "off" } },
);
