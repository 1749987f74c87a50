/**
 * Where a pre-receive hook finds what is pushed: git-receive-pack(1), "Quarantine environment". Everything that reads
 * objects there needs these, and nothing may write a ref.
 */
export function quarantineVariables(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const names = ['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/**
 * Who pushes, as the server has authenticated them: gitolite's or GitLab's name, the web server's, or the signer of a
 * push certificate that git has verified; null: nobody has said so.
 */
export function authenticatedUser(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env['GL_USER'] || env['GL_USERNAME'] || env['REMOTE_USER'];
  if (named) return named;
  const isSigned = env['GIT_PUSH_CERT_STATUS'] === 'G' && env['GIT_PUSH_CERT_NONCE_STATUS'] === 'OK';
  return (isSigned && env['GIT_PUSH_CERT_KEY']) || null;
}
