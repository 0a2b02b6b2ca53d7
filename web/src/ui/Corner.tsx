// The corner of the shell: what was told, help, and who is signed in. What its panels hold comes once the page shows.
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import { Alert20Regular } from '@fluentui/react-icons/svg/alert'
import { PersonCircle20Regular } from '@fluentui/react-icons/svg/person-circle'
import { QuestionCircle20Regular } from '@fluentui/react-icons/svg/question-circle'
import { useNotices } from './Notices'
import { Panel } from './Panel'
import type { Way } from './Shell'
import { Loading } from './States'
import { words } from './strings'

export interface CornerProps {
  name: string
  ways: Way[]
  build: string // the account's version
  help: RefObject<HTMLDivElement | null> // to open the help from a key
  onSignOut: () => void
}

type Panels = typeof import('./CornerPanels')
let came: Panels | undefined
const load = () => import('./CornerPanels').then(panels => { came = panels; return panels })

export function Corner({ name, ways, build, help, onSignOut }: CornerProps) {
  const { notices } = useNotices()
  const bell = useRef<HTMLDivElement>(null)
  useEffect(() => { load().catch(() => undefined) }, []) // a panel that is opened without it tries again
  return (
    <>
      <Panel label={words.notices} icon={<Alert20Regular />} count={notices.length} panel={bell}><Late>{p => <p.Told onGo={() => bell.current?.hidePopover()} />}</Late></Panel>
      <Panel label={words.help} icon={<QuestionCircle20Regular />} panel={help}><Late>{p => <p.Help ways={ways} build={build} onGo={() => help.current?.hidePopover()} />}</Late></Panel>
      <Panel label={words.signedInAs(name)} icon={<PersonCircle20Regular />}><Late>{p => <p.Who name={name} onSignOut={onSignOut} />}</Late></Panel>
    </>
  )
}

/** Late shows what a panel holds, as soon as it is there. */
function Late({ children }: { children: (panels: Panels) => ReactNode }) {
  const [panels, set] = useState(came)
  useEffect(() => { if (!panels) load().then(set, () => undefined) }, [panels])
  return panels ? children(panels) : <Loading />
}
