// What a page that is open is judged by, in whatever state it is.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** ofColour are the rules whose verdict a theme can change; all others read names, roles and order. */
export const ofColour = ['color-contrast', 'link-in-text-block']

/** seriousOf are the violations of accessibility that keep somebody out. Fluent's focus sentinels are left aside. */
export async function seriousOf(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().exclude('[data-tabster-dummy]')
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return violations.filter(one => one.impact === 'serious' || one.impact === 'critical').map(one => `${one.id}: ${one.nodes.slice(0, 3).map(n => `${n.target.join(' ')} ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
}

/** sideways is by how much a page scrolls sideways. */
export const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
