// What is done to the world while pages are open: the account or its node is ended and comes back, the source changes, a
// person loses a right. All of it is real: demo/steps.sh ends and starts the processes, the client does the rest.
import { execFile } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** steps runs words of demo/steps.sh in the world's demo, and gives what they said. */
function steps(script: string, input = ''): Promise<string> {
  return new Promise((done, failed) => {
    const bash = execFile('bash', ['-euo', 'pipefail', '-c', `. "${root}/demo/steps.sh"; ${script}`], (error, out, err) => (error ? failed(new Error(`${script}: ${err || error.message}`)) : done(out)))
    bash.stdin!.end(input)
  })
}

export const endAccount = () => steps('end account')
/** startAccount starts it again, with further flags of the server. */
export const startAccount = (flags = '') => steps(`run_account ${flags}; wait_for account account_answers`)
export const endNode = () => steps('end node')
export const startNode = () => steps('start_node')
export const nodeIsBack = () => steps('wait_for node node_is_online')

/** run runs a command of the client as it would be pasted into a shell, by the administrator. */
export const run = (command: string) => steps('export PURLIEU_CONFIG="$D/client" PATH="$programs:$PATH"; eval "$(cat)"', command)

/** sql runs a script at the shop's server, as its owner. */
export const sql = (database: string, script: string) =>
  steps(`PGPASSWORD=$(<"$D/shop/password") psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(<"$D/shop.port")" -U postgres -d ${database} -f -`, script)

/** scannerPassword sets the password of the shop's login: another, or the one that the node knows. */
export const scannerPassword = async (right: boolean) => {
  const password = right ? await steps('cat "$D/secrets/shop-password"') : 'another-password'
  await sql('shop', `alter role scanner password '${password.trim()}'`)
}
