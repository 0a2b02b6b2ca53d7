// The session of whoever uses the portal. The *access token* lives in memory and nowhere else; the refresh token is a
// cookie that no script can read. A *sign-in* is an authorization code with PKCE (RFC 7636) at the account's own issuer.

/** Where the account is: this origin, unless the page says another. */
export const account: string = accountFrom(document.querySelector('meta[name=purlieu-account]')?.getAttribute('content'))

/** accountFrom reads what the server wrote into the page; the placeholder stays where the page is served in development. */
export function accountFrom(text: string | null | undefined): string {
  return text && !text.startsWith('%') ? text.replace(/\/$/, '') : ''
}

const client = 'portal'
const kept = { pending: 'purlieu.signin', known: 'purlieu.known', out: 'purlieu.out', link: 'purlieu.link' }
const tokenPath = '/purlieu/oauth2/v2.0/token'

let token = ''
let expires = 0
let renewing: Promise<boolean> | undefined

/** The token, where it is good for another half minute; ''. */
export const held = () => (Date.now() < expires - 30_000 ? token : '')

/** Asks for a token that is good for another half minute; '' when nobody is signed in. */
export const accessToken = async (): Promise<string> => held() || ((await renew()) ? token : '')

/** Trades the cookie for a new access token. Calls that come while one is under way share it. */
export function renew(): Promise<boolean> {
  if (!localStorage.getItem(kept.known)) return Promise.resolve(false)
  renewing ??= trade({ grant_type: 'refresh_token', client_id: client }).finally(() => { renewing = undefined })
  return renewing
}

async function trade(form: Record<string, string>): Promise<boolean> {
  const answer = await fetch(account + tokenPath, { method: 'POST', body: new URLSearchParams(form), credentials: 'include' })
  if (answer.status === 400 || answer.status === 403) {
    forget()
    return false
  }
  if (!answer.ok) throw new Error(`the account answered ${answer.status}`)
  const got = (await answer.json()) as { access_token: string; expires_in: number }
  token = got.access_token
  expires = Date.now() + got.expires_in * 1000
  if (form.grant_type === 'authorization_code') localStorage.removeItem(kept.known) // other tabs hear of what changes only: so of each sign-in
  localStorage.setItem(kept.known, '1')
  return true
}

function forget() {
  token = ''
  localStorage.removeItem(kept.known)
}

function random(): string {
  return base64(crypto.getRandomValues(new Uint8Array(32)))
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** challengeOf is the S256 challenge of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

interface Pending {
  state: string
  verifier: string
  back: string
}

/** Leaves for the sign-in page; the person comes back to `back`. `link` is the token of a one-time link. */
export async function signIn(back: string, link = ''): Promise<void> {
  const pending: Pending = { state: random(), verifier: random(), back }
  sessionStorage.setItem(kept.pending, JSON.stringify(pending))
  const query = new URLSearchParams({
    client_id: client, response_type: 'code', redirect_uri: location.origin + '/signed-in', state: pending.state,
    code_challenge: await challengeOf(pending.verifier), code_challenge_method: 'S256',
  })
  location.assign(`${account}/purlieu/oauth2/v2.0/authorize?${query}${link ? '#' + link : ''}`)
}

/** Takes the code that the sign-in page sent, and gives the address to go on to; undefined when it is of no use. */
export async function signedIn(query: URLSearchParams): Promise<string | undefined> {
  const text = sessionStorage.getItem(kept.pending)
  sessionStorage.removeItem(kept.pending)
  sessionStorage.removeItem(kept.link)
  if (!text) return undefined
  const pending = JSON.parse(text) as Pending
  const code = query.get('code')
  if (!code || query.get('state') !== pending.state) return undefined
  const done = await trade({
    grant_type: 'authorization_code', client_id: client, code, code_verifier: pending.verifier, redirect_uri: location.origin + '/signed-in',
  })
  return done ? pending.back : undefined
}

/** Ends the session on the server and forgets the token. Other tabs are told that somebody wanted this. */
export async function signOut(): Promise<void> {
  forget()
  localStorage.setItem(kept.out, String(Date.now()))
  await fetch(account + '/signin/v1/signout', {
    method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' }, credentials: 'include',
  })
}

/** elsewhere tells of what is done in other tabs, until what it gives is called: somebody signed out, or signed in, and may be
 * somebody else than the one of this tab. Of a session that only ended it tells nothing. */
export function elsewhere(isOut: () => void, isIn: () => void): () => void {
  const onStorage = (e: StorageEvent) => {
    if (e.key === kept.out) isOut()
    if (e.key !== kept.known || e.newValue === null) return
    token = '' // of whoever was signed in before
    isIn()
  }
  addEventListener('storage', onStorage)
  return () => removeEventListener('storage', onStorage)
}
