import { Page } from '../ui/Page'
import { words } from './strings'

export function HomePage() {
  return <Page title={words.title}>{null}</Page>
}
