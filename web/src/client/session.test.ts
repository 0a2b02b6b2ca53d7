import { beforeEach, describe, expect, it, vi } from 'vitest'

// The module keeps its state in itself, as the page does: each test loads it anew into a small browser.
async function load(fetches: (url: string, form: URLSearchParams) => Response) {
  vi.resetModules()
  const storage = () => {
    const kept = new Map<string, string>()
    const changes: [string, string | null][] = [] // other tabs hear of these
    const change = (k: string, v: string | null) => {
      if ((kept.get(k) ?? null) === v) return
      if (v === null) kept.delete(k)
      else kept.set(k, v)
      changes.push([k, v])
    }
    return { getItem: (k: string) => kept.get(k) ?? null, setItem: change, removeItem: (k: string) => change(k, null), kept, changes }
  }
  const asked: { url: string; form: URLSearchParams; credentials: string | undefined }[] = []
  const local = storage()
  const session = storage()
  const went: string[] = []
  const heard: ((e: object) => void)[] = []
  vi.stubGlobal('document', { querySelector: () => null })
  vi.stubGlobal('localStorage', local)
  vi.stubGlobal('addEventListener', (_: string, f: (e: object) => void) => heard.push(f))
  vi.stubGlobal('sessionStorage', session)
  vi.stubGlobal('location', { origin: 'https://map.example.com', assign: (to: string) => went.push(to) })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const form = init.body as URLSearchParams
    asked.push({ url, form, credentials: init.credentials })
    return fetches(url, form)
  })
  const module = await import('./session')
  const hear = (changes: [string, string | null][]) => changes.forEach(([key, newValue]) => heard.forEach(f => f({ key, newValue })))
  return { module, local, session, asked, went, hear }
}

const good = () => Response.json({ access_token: 'token', expires_in: 3600 })

describe('a sign-in', () => {
  beforeEach(() => vi.unstubAllGlobals())

  it('knows its own challenge only, and trades its code once with the verifier', async () => {
    const { module, asked, went, session } = await load(good)
    await module.signIn('/search?q=x', 'link')
    const to = new URL(went[0]!, 'https://map.example.com')
    expect(to.hash).toBe('#link')
    const { verifier, state } = JSON.parse(session.getItem('purlieu.signin')!) as { verifier: string; state: string }
    expect(to.searchParams.get('code_challenge')).toBe(await module.challengeOf(verifier))
    expect(to.search).not.toContain(verifier)
    expect(await module.signedIn(new URLSearchParams({ code: 'c', state }))).toBe('/search?q=x')
    expect(asked[0]!.form.get('code_verifier')).toBe(verifier)
    expect(await module.signedIn(new URLSearchParams({ code: 'c', state }))).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('takes no code that another window asked for', async () => {
    const { module, asked } = await load(good)
    await module.signIn('/')
    expect(await module.signedIn(new URLSearchParams({ code: 'c', state: 'another' }))).toBeUndefined()
    expect(asked).toHaveLength(0)
  })

  it('keeps no token in any storage', async () => {
    const { module, local, session } = await load(good)
    await module.signIn('/')
    const { state } = JSON.parse(session.getItem('purlieu.signin')!) as { state: string }
    await module.signedIn(new URLSearchParams({ code: 'c', state }))
    expect(await module.accessToken()).toBe('token')
    expect([...local.kept.values(), ...session.kept.values()].join()).not.toContain('token')
  })
})

describe('the access token', () => {
  it('is asked for once by all who need it', async () => {
    const { module, local, asked } = await load(good)
    local.setItem('purlieu.known', '1')
    expect(await Promise.all([module.accessToken(), module.accessToken(), module.accessToken()])).toEqual(['token', 'token', 'token'])
    expect(asked).toHaveLength(1)
    expect(asked[0]!.credentials).toBe('include')
  })

  it('is not asked for where nobody has signed in', async () => {
    const { module, asked } = await load(good)
    expect(await module.accessToken()).toBe('')
    expect(asked).toHaveLength(0)
  })

  it('is asked for again when somebody has signed in since, in another tab', async () => {
    const { module, local } = await load(good)
    expect(await module.accessToken()).toBe('')
    local.setItem('purlieu.known', '1')
    expect(await module.accessToken()).toBe('token')
  })

  it('is forgotten with a session that has ended', async () => {
    const { module, local } = await load(() => new Response('{}', { status: 400 }))
    local.setItem('purlieu.known', '1')
    expect(await module.accessToken()).toBe('')
    expect(local.getItem('purlieu.known')).toBeNull()
  })
})

describe('another tab', () => {
  /** tabs are one in which something is done, and what another one, which holds a token, hears of it. */
  async function tabs(status = 200) {
    const there = await load(() => (status === 200 ? good() : new Response('{}', { status })))
    there.local.setItem('purlieu.known', '1')
    there.local.changes.length = 0
    const told: string[] = []
    there.module.elsewhere(() => told.push('out'), () => told.push('in'))
    return { ...there, told, listen: () => there.hear(there.local.changes) }
  }

  it('hears that somebody signed out, and nothing of a session that only ended', async () => {
    const out = await tabs()
    await out.module.signOut()
    out.listen()
    expect(out.told).toEqual(['out'])
    const ended = await tabs(400)
    expect(await ended.module.renew()).toBe(false)
    ended.listen()
    expect(ended.local.changes).toEqual([['purlieu.known', null]])
    expect(ended.told).toEqual([])
  })

  it('hears of each sign-in, also where somebody was signed in, and asks for a token anew; not of a renewal', async () => {
    const { module, session, asked, told, listen } = await tabs()
    await module.accessToken()
    listen()
    expect(told).toEqual([])
    await module.signIn('/')
    const { state } = JSON.parse(session.getItem('purlieu.signin')!) as { state: string }
    await module.signedIn(new URLSearchParams({ code: 'c', state }))
    listen()
    expect(told).toEqual(['in'])
    expect(module.held()).toBe('')
    await module.accessToken()
    expect(asked.map(a => a.form.get('grant_type'))).toEqual(['refresh_token', 'authorization_code', 'refresh_token'])
  })
})
