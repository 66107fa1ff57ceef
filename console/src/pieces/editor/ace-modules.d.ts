declare module "ace-builds/src-noconflict/ace" {
  import ace from "ace-builds";
  export default ace;
}
declare module "ace-builds/src-noconflict/*";
declare module "ace-builds/src-noconflict/worker-json?url" {
  const address: string;
  export default address;
}
