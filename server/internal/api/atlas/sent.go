package atlas

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// sent is an entity as clients send it: what they read, with what they changed. A part that is not sent is left alone,
// and one that can't be kept is refused.
type sent struct {
	GUID       sentGUID                    `json:"guid"`
	TypeName   string                      `json:"typeName"`
	Collection string                      `json:"collectionId"`
	Status     string                      `json:"status"`
	Attributes map[string]json.RawMessage  `json:"attributes"`
	Relations  map[string]json.RawMessage  `json:"relationshipAttributes"`
	Business   map[string]json.RawMessage  `json:"businessAttributes"`
	Meanings   []json.RawMessage           `json:"meanings"`
	Classes    []given                     `json:"classifications"`
	Contacts   map[string][]contact        `json:"contacts"`
	Custom     *map[string]json.RawMessage `json:"customAttributes"`
	Labels     *[]string                   `json:"labels"`
	// LastModified guards against a write over what somebody else wrote meanwhile.
	LastModified string `json:"lastModifiedTS"`
}

type contact struct {
	ID   string `json:"id"`
	Info string `json:"info"`
}

// sentGUID is a guid as clients send it. Those of what is to be made are negative numbers, in quotes or without.
type sentGUID string

// UnmarshalJSON takes a text or a number.
func (g *sentGUID) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		*g = sentGUID(strconv.FormatInt(n, 10))
		return nil
	}
	return json.Unmarshal(raw, (*string)(g))
}

// own reports whether a guid is a caller's own word for something that the same call makes.
func (g sentGUID) own() bool { return strings.HasPrefix(string(g), "-") }

// byGUID reports whether an entity names one that is there by its guid.
func (e *sent) byGUID() bool { return e.GUID != "" && !e.GUID.own() }

// name is the type and qualified name that an entity was sent with.
func (e *sent) name() (datamap.Name, error) {
	name := datamap.Name{Type: e.TypeName}
	if err := json.Unmarshal(e.Attributes["qualifiedName"], &name.QualifiedName); err != nil || name.Type == "" || name.QualifiedName == "" {
		return name, fault.New(fault.Invalid, "ATLAS-400-00-01D", "an entity needs a guid, or typeName and attributes.qualifiedName")
	}
	return name, nil
}

// envelope is what entities are sent in: referred entities are written, too, where something about them was changed.
type envelope struct {
	Entity   *sent            `json:"entity"`
	Entities []*sent          `json:"entities"`
	Referred map[string]*sent `json:"referredEntities"`
}

// maxReferred is how many entities may be sent beside those that are written, such as the columns of tables.
const maxReferred = 5000

// readEnvelope reads one entity that was sent.
func readEnvelope(r *http.Request) (body envelope, err error) {
	if err := api.Read(r, &body); err != nil {
		return body, err
	}
	if body.Entity == nil {
		return body, badBody("entity")
	}
	body.Entities = []*sent{body.Entity}
	return body, body.check()
}

// check bounds what was sent.
func (b *envelope) check() error {
	if len(b.Entities) == 0 || len(b.Entities) > maxBulk || slices.Contains(b.Entities, nil) {
		return badBody("entities, 1 to " + strconv.Itoa(maxBulk))
	}
	if len(b.Referred) > maxReferred {
		return badBody("at most " + strconv.Itoa(maxReferred) + " referredEntities")
	}
	return nil
}

// all are the entities that were sent, each once, the referred ones last. Their keys are their guids.
func (b *envelope) all() []*sent {
	there := map[sentGUID]bool{}
	for _, e := range b.Entities {
		there[e.GUID] = true
	}
	list := slices.Clone(b.Entities)
	for _, key := range slices.Sorted(maps.Keys(b.Referred)) {
		e := b.Referred[key]
		if e == nil || there[sentGUID(key)] {
			continue
		}
		if e.GUID == "" {
			e.GUID = sentGUID(key)
		}
		list = append(list, e)
	}
	return list
}

func badBody(what string) error {
	return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the body needs %s", what)
}
