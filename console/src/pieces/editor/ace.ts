/**
 * Ace, with the languages that are edited here. It is loaded with the first editor, and asks the server for nothing but the
 * worker that checks JSON: the one for JavaScript (832 KB) knows no modern syntax, and snippets are brought along.
 */

import ace from "ace-builds/src-noconflict/ace";
import "ace-builds/src-noconflict/ext-language_tools";
import "ace-builds/src-noconflict/mode-javascript";
import "ace-builds/src-noconflict/mode-json";
import "ace-builds/src-noconflict/mode-python";
import "ace-builds/src-noconflict/mode-sh";
import "ace-builds/src-noconflict/mode-text";
import "ace-builds/src-noconflict/snippets/javascript";
import "ace-builds/src-noconflict/snippets/json";
import "ace-builds/src-noconflict/snippets/python";
import "ace-builds/src-noconflict/snippets/sh";
import "ace-builds/src-noconflict/snippets/text";
import "ace-builds/src-noconflict/theme-cloud_editor";
import "ace-builds/src-noconflict/theme-cloud_editor_dark";
import jsonWorker from "ace-builds/src-noconflict/worker-json?url";

ace.config.set("loadWorkerFromBlob", false); // the policy of the page takes workers from the server itself
ace.config.setDefaultValue("renderer", "showPrintMargin", false); // a line at column 80 that means nothing here
ace.config.setModuleUrl("ace/mode/json_worker", jsonWorker);
const { Mode } = ace.require("ace/mode/javascript") as { Mode: { prototype: { createWorker: () => null } } };
Mode.prototype.createWorker = () => null;

/** Ace, whose editors take no changes: Cloudscape's editor has no property for it. */
export const readOnly: typeof ace = {
  ...ace,
  edit: (element: HTMLElement | string, options: object) => {
    const editor = ace.edit(element, options);
    editor.setReadOnly(true);
    return editor;
  },
};

export default ace;
