// Parts of the portal that could not be loaded: the account is away, or it is another build by now.

/** Lost says that a part of the portal did not come. */
export class Lost extends Error {}

/** lost gives up a part that did not come. */
export const lost = (): never => {
  throw new Lost()
}

/** isLost knows a part that did not come also where a browser says it, each in its own words. */
export const isLost = (error: unknown) => error instanceof Lost || (error instanceof TypeError && /dynamically imported module|module script/i.test(error.message))

const mark = 'purlieu.anew', lately = 15_000

/** isBroken says that the page was opened anew lately, and the part still did not come: doing it again helps nobody. */
export const isBroken = () => Date.now() - Number(sessionStorage.getItem(mark)) < lately

/** anew opens the page again as a whole, once the account answers. */
export async function anew(): Promise<void> {
  const answer = await fetch('/', { cache: 'no-store', headers: { Accept: 'text/html' } }).catch(() => undefined)
  if (!answer?.ok) return
  sessionStorage.setItem(mark, String(Date.now()))
  location.reload()
}
