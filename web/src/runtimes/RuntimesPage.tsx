// All runtimes, with the state of their nodes.
import { Button } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { ServerRegular } from '@fluentui/react-icons/svg/server'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { summaries } from '../client/api'
import { useMay } from '../client/may'
import { DataTable } from '../ui/DataTable'
import { Found } from '../ui/Find'
import { plural } from '../ui/format'
import { ListPage } from '../ui/ListPage'
import { Link, Soft } from '../ui/Parts'
import { RuntimeStatus } from '../ui/RuntimeStatus'
import { Empty, Loading, Shown } from '../ui/States'
import { words } from './strings'

export function RuntimesPage() {
  const all = useQuery({ ...summaries(), refetchInterval: 5000 })
  const may = useMay()
  const navigate = useNavigate()
  const mayAdd = may('runtime/write')
  const add = mayAdd && <Button appearance="primary" icon={<Add20Regular />} onClick={() => void navigate({ to: '/runtimes/_new' })}>{words.add}</Button>
  return (
    <ListPage title={words.title} about={words.about} actions={add}>
      <Shown of={all} loading={<Loading lines={6} />} empty={data => data.value.length === 0 && <Empty icon={<ServerRegular fontSize={48} />} title={words.none} actions={add}>{words.noneText}</Empty>}>
        {data => (
          <Found label={words.find} all={data.value} texts={r => [r.name, r.description]} said={words.found}>
            {shown => (
              <DataTable
                caption={words.title} id={r => r.name} rows={shown}
                columns={[
                  { name: words.name, show: r => <Link to="/runtimes/$name" params={{ name: r.name }}>{r.name}</Link> },
                  { name: words.state, width: '26%', show: r => <RuntimeStatus of={{ state: r.state }} helps /> },
                  { name: words.tabs.nodes, width: '120px', show: r => plural(r.nodes, 'node', 'nodes') },
                  { name: words.kind, width: '140px', show: r => words.kinds[r.kind] ?? r.kind },
                  { name: words.description, show: r => r.description && <Soft>{r.description}</Soft> },
                ]}
              />
            )}
          </Found>
        )}
      </Shown>
    </ListPage>
  )
}
