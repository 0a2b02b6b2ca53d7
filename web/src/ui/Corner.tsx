// The corner of the shell: what was told, help, and who is signed in. What its panels hold comes once the page shows.
import { useRef, type ReactNode, type RefObject } from 'react'
import { Alert20Regular } from '@fluentui/react-icons/svg/alert'
import { PersonCircle20Regular } from '@fluentui/react-icons/svg/person-circle'
import { QuestionCircle20Regular } from '@fluentui/react-icons/svg/question-circle'
import { useLate, type Late } from './late'
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

export function Corner({ name, ways, build, help, onSignOut }: CornerProps) {
  const { notices } = useNotices()
  const bell = useRef<HTMLDivElement>(null)
  return (
    <>
      <Panel label={words.notices} icon={<Alert20Regular />} count={notices.length} panel={bell}><Held>{p => <p.Told onGo={() => bell.current?.hidePopover()} />}</Held></Panel>
      <Panel label={words.help} icon={<QuestionCircle20Regular />} panel={help}><Held>{p => <p.Help ways={ways} build={build} onGo={() => help.current?.hidePopover()} />}</Held></Panel>
      <Panel label={words.signedInAs(name)} icon={<PersonCircle20Regular />}><Held>{p => <p.Who name={name} onSignOut={onSignOut} />}</Held></Panel>
    </>
  )
}

/** Held shows what a panel holds, as soon as it is there. */
function Held({ children }: { children: (late: Late) => ReactNode }) {
  const late = useLate()
  return late ? children(late) : <Loading />
}
