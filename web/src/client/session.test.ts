import { beforeEach, describe, expect, it, vi } from 'vitest'

// The module keeps its state in itself, as the page does: each test loads it anew into a small browser.
async function load(fetches: (url: string, form: URLSearchParams) => Response) {
  vi.resetModules()
  const storage = () => {
    const kept = new Map<string, string>()
    return { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k), kept }
  }
  const asked: { url: string; form: URLSearchParams; credentials: string | undefined }[] = []
  const local = storage()
  const session = storage()
  const went: string[] = []
  vi.stubGlobal('document', { querySelector: () => null })
  vi.stubGlobal('localStorage', local)
  vi.stubGlobal('sessionStorage', session)
  vi.stubGlobal('location', { origin: 'https://map.example.com', assign: (to: string) => went.push(to) })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const form = init.body as URLSearchParams
    asked.push({ url, form, credentials: init.credentials })
    return fetches(url, form)
  })
  return { module: await import('./session'), local, session, asked, went }
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

  it('is forgotten with a session that has ended', async () => {
    const { module, local } = await load(() => new Response('{}', { status: 400 }))
    local.setItem('purlieu.known', '1')
    expect(await module.accessToken()).toBe('')
    expect(local.getItem('purlieu.known')).toBeNull()
  })
})
