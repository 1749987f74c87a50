/** For sha.js, which isomorphic-git names an object by: the same through OpenSSL, loaded by the first object. */
export default class Sha1 {
  #hash = process.getBuiltinModule('node:crypto').createHash('sha1');

  update(bytes) {
    this.#hash.update(bytes);
    return this;
  }

  digest(encoding) {
    return this.#hash.digest(encoding);
  }
}
