/** For pako, by which isomorphic-git deflates an object: the same through zlib, loaded by the first object. */
export default {
  deflate: (bytes) => process.getBuiltinModule('node:zlib').deflateSync(bytes),
  inflate: (bytes) => process.getBuiltinModule('node:zlib').inflateSync(bytes),
};
