// The data map as a picture: collections, the sources in them with how their last run went, and the runtimes that read
// them. The list of sources says the same in words.
import { Button } from '@fluentui/react-components'
import { Map24Regular } from '@fluentui/react-icons/svg/map'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { summaries } from '../client/api'
import { useMay } from '../client/may'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { Page } from '../ui/Page'
import { PicturePage } from '../ui/PicturePage'
import { Empty, isComing, isUnknown, Loading, Refused, Shown } from '../ui/States'
import { newestQuery } from './newest'
import { collectionsQuery, kindsQuery, sourcesQuery } from './rest'
import { words } from './strings'

const MapPicture = later(() => import('./MapPicture').then(m => m.MapPicture))
const early = [MapPicture.early]

export function MapPage() {
  const may = useMay()
  return may('source/read') ? <Sources mayRegister={may('source/write')} /> : <Page title={words.map} about={words.mapAbout}><Refused>{words.mayNotSources}</Refused></Page>
}

function Sources({ mayRegister }: { mayRegister: boolean }) {
  useEarly(early)
  const navigate = useNavigate()
  const sources = useQuery(sourcesQuery())
  const collections = useQuery(collectionsQuery())
  const runtimes = useQuery({ ...summaries(), refetchInterval: 10_000 })
  const kinds = useQuery(kindsQuery())
  const runs = useQuery(newestQuery())
  const around = [runtimes, kinds, runs] // the picture is fitted once: all that stands in it must be there
  const register = mayRegister && <Button appearance="primary" onClick={() => void navigate({ to: '/sources/_new' })}>{words.register}</Button>
  return (
    <PicturePage title={words.map} about={words.mapAbout} actions={<><Button onClick={() => void navigate({ to: '/sources' })}>{words.asList}</Button>{register}</>}>
      <Shown of={collections}>
        {cs => (
          <Shown of={sources} empty={list => list.length === 0 ? <Empty icon={<Map24Regular />} title={words.noSources} actions={register}>{words.noSourcesText}</Empty> : undefined}>
            {list => around.some(isComing) ? <Loading /> : <MapPicture key={String(isUnknown(runtimes))} collections={cs} sources={list} runtimes={runtimes} runs={runs} kinds={kinds} />}
          </Shown>
        )}
      </Shown>
    </PicturePage>
  )
}
