package model

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func lawful() Kind {
	field := Field{Name: "host", Type: FieldText, Title: "Host", Help: "Where.", Required: true, Example: "h.example"}
	secret := Field{Name: "password", Type: FieldText, Title: "Password", Help: "What.", Secret: true}
	return Kind{
		Name: "Orchard", Version: 1, Title: "Orchard", Summary: "Trees.", Icon: `<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/></svg>`,
		Settings: []Field{field}, ScanKinds: []string{"OrchardScan"},
		Credentials: []CredentialUse{{Kind: "BasicAuth", Title: "Login", Fields: []Field{secret}, Grants: []string{"grant"}}},
		Types: []TypeDef{
			{Name: "orchard_row", Title: "Row", Super: "Asset"},
			{Name: "orchard_tree", Title: "Tree", Super: "DataSet", Parent: "orchard_row", Column: "orchard_leaf", Process: "orchard_graft"},
			{Name: "orchard_graft", Title: "Graft", Super: "Process"},
		},
		Authority: "orchard://{host|host|lower}", Dials: []Template{"{host|host}:{host|port 80}"}, Verified: "{host|among x}",
		RuntimeKinds: []string{"SelfHosted"}, Levels: []Level{L1, L2},
	}
}

func TestALawfulDescriptionIsTaken(t *testing.T) {
	k := lawful()
	if err := k.Check(); err != nil {
		t.Error(err)
	}
}

func TestWhatBreaksALawOfDescriptionsIsNamed(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for name, c := range map[string]struct {
		change func(k *Kind)
		where  string
	}{
		"a name with a blank":              {func(k *Kind) { k.Name = "Or chard" }, "name"},
		"no name":                          {func(k *Kind) { k.Name = "" }, "name"},
		"no version":                       {func(k *Kind) { k.Version = 0 }, "version"},
		"no title":                         {func(k *Kind) { k.Title = "" }, "title"},
		"a title that a terminal obeys":    {func(k *Kind) { k.Title = "x\x1b[2J" }, "title"},
		"a title written backwards":        {func(k *Kind) { k.Title = "x\u202ey" }, "title"},
		"a text without end":               {func(k *Kind) { k.Summary = long }, "summary"},
		"bytes that are no text":           {func(k *Kind) { k.Summary = "\xff" }, "summary"},
		"an icon with a script":            {func(k *Kind) { k.Icon = `<svg><script>x</script></svg>` }, "icon"},
		"an icon that runs something":      {func(k *Kind) { k.Icon = `<svg onload="x"/>` }, "icon"},
		"an icon that loads something":     {func(k *Kind) { k.Icon = `<svg><image href="http://x"/></svg>` }, "icon"},
		"an icon with an entity":           {func(k *Kind) { k.Icon = `<!DOCTYPE svg [<!ENTITY a "b">]><svg/>` }, "icon"},
		"an icon that is a page":           {func(k *Kind) { k.Icon = `<html/>` }, "icon"},
		"an icon of two":                   {func(k *Kind) { k.Icon = `<svg/><svg/>` }, "icon"},
		"an icon that is deep":             {func(k *Kind) { k.Icon = strings.Repeat("<g>", 40) }, "icon"},
		"an icon that is large":            {func(k *Kind) { k.Icon = `<svg>` + strings.Repeat(" ", 40_000) + `</svg>` }, "icon"},
		"a setting twice":                  {func(k *Kind) { k.Settings = append(k.Settings, k.Settings[0]) }, "settings.host"},
		"a setting that is a secret":       {func(k *Kind) { k.Settings[0].Secret, k.Settings[0].Example = true, "" }, "settings.host"},
		"a setting that sounds so":         {func(k *Kind) { k.Settings[0].Name, k.Authority, k.Dials, k.Verified = "apiKey", "o://x", nil, "" }, "settings.apiKey"},
		"a setting of ours":                {func(k *Kind) { k.Settings[0].Name = "purlieuBudget" }, "settings.purlieuBudget"},
		"a setting of the wire":            {func(k *Kind) { k.Settings[0].Name = "collection" }, "settings.collection"},
		"a field of no type":               {func(k *Kind) { k.Settings[0].Type = "html" }, "settings.host"},
		"a choice without choices":         {func(k *Kind) { k.Settings[0].Type = FieldChoice }, "settings.host"},
		"too many fields":                  {func(k *Kind) { k.Settings = make([]Field, 100) }, "settings"},
		"no kind of scan":                  {func(k *Kind) { k.ScanKinds = nil }, "scanKinds"},
		"a part that sounds like a secret": {func(k *Kind) { k.Credentials[0].Fields[0].Secret = false }, "credentials.BasicAuth.password"},
		"a secret with a default":          {func(k *Kind) { k.Credentials[0].Fields[0].Default = "x" }, "credentials.BasicAuth.password"},
		"no types":                         {func(k *Kind) { k.Types = nil }, "types"},
		"a type of the map":                {func(k *Kind) { k.Types[0].Name = "DataSet" }, "types.DataSet"},
		"columns of the map's type":        {func(k *Kind) { k.Types[0].Column = "Process" }, "types.orchard_row"},
		"a type twice":                     {func(k *Kind) { k.Types[1].Name = "orchard_row" }, "types.orchard_row"},
		"a super type that is none":        {func(k *Kind) { k.Types[0].Super = "Referenceable" }, "types.orchard_row"},
		"a parent that is none":            {func(k *Kind) { k.Types[1].Parent = "x" }, "types.orchard_tree"},
		"a process that is none":           {func(k *Kind) { k.Types[1].Process = "orchard_row" }, "types.orchard_tree"},
		"a template that is not closed":    {func(k *Kind) { k.Authority = "o://{host" }, "authority"},
		"a filter that is none":            {func(k *Kind) { k.Authority = "o://{host|exec}" }, "authority"},
		"a field that is none":             {func(k *Kind) { k.Dials = []Template{"{port}:1"} }, "dials"},
		"a template without end":           {func(k *Kind) { k.Authority = Template("o://" + long) }, "authority"},
		"an authority written backwards":   {func(k *Kind) { k.Authority = "orchard://{host}\u202e" }, "authority"},
		"a filter's word that is obeyed":   {func(k *Kind) { k.Dials = []Template{"{host|default x\x1b[2J}:1"} }, "dials"},
		"a folder of two lines":            {func(k *Kind) { k.NodeLocal, k.Folder = true, "/a\n{host}" }, "folder"},
		"a promise with a control":         {func(k *Kind) { k.Verified = "{host}\x00" }, "verified"},
		"a template of many fields":        {func(k *Kind) { k.Authority = Template("o://" + strings.Repeat("{host}", 20)) }, "authority"},
		"a template of many filters":       {func(k *Kind) { k.Authority = Template("o://{host" + strings.Repeat("|lower", 20) + "}") }, "authority"},
		"an authority without a scheme":    {func(k *Kind) { k.Authority = "{host}" }, "authority"},
		"an authority by a field":          {func(k *Kind) { k.Authority = "{host}://x" }, "authority"},
		"a folder of a source elsewhere":   {func(k *Kind) { k.Folder = "{host}" }, "folder"},
		"a runtime of no kind":             {func(k *Kind) { k.RuntimeKinds = []string{"Any"} }, "runtimeKinds"},
		"no levels":                        {func(k *Kind) { k.Levels = nil }, "levels"},
		"a level twice":                    {func(k *Kind) { k.Levels = []Level{L1, L1} }, "levels"},
	} {
		k := lawful()
		c.change(&k)
		err := k.Check()
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "the description's "+c.where+":") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !Storable(err.Error()) {
			t.Errorf("%s: the reason can't be stored: %q", name, err)
		}
	}
}
