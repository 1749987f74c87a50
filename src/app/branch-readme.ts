/** README.md of a new branch: for people who come across it on the host. Every clone begins with the same text. */
export const BRANCH_README = `# The agent-os branch

Coding agents and people who work on this repository coordinate here: who works on what, messages, project state, logs
and recaps. The branch shares no history with the code and is never merged into it. Locks are not files: they are refs
under \`refs/agent-os/\`, see \`agent-os locks\`.

| path | what |
|---|---|
| \`config.yaml\` | policy: resources and the files they cover, groups of agents, lease times, retention |
| \`agents/\` | who the agents are |
| \`sessions/\` | who works, or worked, on what |
| \`messages/\` | by recipient: unread in \`new/\`, then in \`read/\` |
| \`state/\` | project state and roadmap |
| \`recaps/\`, \`logs/\` | what was done |

Every change is one commit by one agent, with a subject that says what it is. Files are plain YAML and may be edited by
hand; several versions are joined by agent-os, not by git. Please do not rebase or force-push this branch.

    agent-os context      what is going on
    agent-os status       who is active, what is locked
    agent-os config edit  change the policy
    agent-os --help       everything else

A resource maps a name to the files that a lock on it covers. In \`config.yaml\`:

    resources:
      database-schema:
        paths: ["db/migrations/**", "schema.sql"]
`;
