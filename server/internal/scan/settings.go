package scan

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// SettingAuthority is the setting of any source by which a person names it, where its address means something else
// elsewhere.
const SettingAuthority = "purlieuAuthority"

// Bytes of one setting. A block must hold the certificates of a provider's every region: Amazon's are 170 kB.
const (
	maxSetting = 4096
	maxBlock   = 256 << 10
)

// checkSettings holds values to the fields of a kind: known, of the field's type, there where required.
func checkSettings(fields []model.Field, settings model.Settings, where string) error {
	for name, value := range settings {
		if name == SettingAuthority {
			continue
		}
		if err := checkSetting(fields, name, value, where); err != nil {
			return fault.At(err, "%s", clip(name))
		}
	}
	for _, f := range fields {
		if f.Required && f.Default == "" && settings[f.Name] == "" {
			e := fault.New(fault.Invalid, "MissingSetting", "%s needs the setting %q: %s", where, f.Name, strings.TrimSuffix(f.Help, "."))
			if f.Example != "" {
				e = e.Try("Give it with --set %s=…, or as properties.%s, such as %q", f.Name, f.Name, f.Example)
			}
			return fault.At(e, "%s", f.Name)
		}
	}
	return nil
}

func checkSetting(fields []model.Field, name, value, where string) error {
	i := slices.IndexFunc(fields, func(f model.Field) bool { return f.Name == name })
	if i < 0 {
		return fault.New(fault.Invalid, "UnknownSetting", "%s has no setting %q", where, clip(name))
	}
	most := maxSetting
	if fields[i].Type == model.FieldBlock {
		most = maxBlock
	}
	if len(value) > most {
		return fault.New(fault.Invalid, "SettingTooLong", "the setting %q is longer than %d bytes", name, most)
	}
	if value != "" && (fields[i].Secret || (fields[i].Type == model.FieldText && holdsSecret(value))) {
		return keptSecret(name)
	}
	return checkValue(fields[i], value)
}

func checkValue(f model.Field, value string) error {
	if value == "" {
		return nil
	}
	if !model.Storable(value) || strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' }) {
		return fault.New(fault.Invalid, "BadSetting", "the setting %q holds control characters", f.Name)
	}
	if f.Type != model.FieldBlock && f.Type != model.FieldList && strings.Contains(value, "\n") {
		return fault.New(fault.Invalid, "BadSetting", "the setting %q takes one line", f.Name)
	}
	switch f.Type {
	case model.FieldNumber:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return fault.New(fault.Invalid, "BadSetting", "the setting %q must be a whole number, not %q", f.Name, clip(value))
		}
	case model.FieldSwitch:
		if value != "true" && value != "false" {
			return fault.New(fault.Invalid, "BadSetting", "the setting %q must be true or false, not %q", f.Name, clip(value))
		}
	case model.FieldChoice:
		if !slices.Contains(f.Choices, value) {
			return fault.New(fault.Invalid, "BadSetting", "the setting %q can't be %q", f.Name, clip(value)).
				Try("Use one of %s", strings.Join(f.Choices, ", "))
		}
	}
	return nil
}

// checkFolder holds the folder of a node-local source to its whole name: there is nothing that a part of one could be
// relative to. The node's system is not known here, so the names of Windows are whole ones too.
func checkFolder(kind model.Kind, settings model.Settings) error {
	folder, err := kind.Folder.Expand(func(field string) string { return kind.Get(settings, field) })
	if err != nil || folder == "" {
		return err
	}
	drive := len(folder) > 2 && unicode.IsLetter(rune(folder[0])) && folder[1] == ':' && (folder[2] == '\\' || folder[2] == '/')
	if folder[0] == '/' || strings.HasPrefix(folder, `\\`) || drive {
		return nil
	}
	return fault.New(fault.Invalid, "BadSetting", "the folder %q must be absolute, as the node's machine names it", clip(folder)).
		Try(`Write it from the root on, such as /srv/data or C:\data`)
}

// authorityOf computes a source's identity from its settings. A host that means something else elsewhere (loopback,
// link-local, private, of a single label) and a source that lives on one machine need a name from a person.
func authorityOf(kind model.Kind, settings model.Settings) (string, error) {
	get := func(field string) string { return kind.Get(settings, field) }
	computed, err := kind.Authority.Expand(get)
	if err != nil {
		return "", err
	}
	hosts := make([]string, len(kind.Dials))
	for i, dial := range kind.Dials {
		target, err := dial.Expand(get)
		if err != nil {
			return "", err
		}
		if hosts[i], err = hostOf(target); err != nil {
			return "", err
		}
	}
	if given := settings[SettingAuthority]; given != "" {
		return givenAuthority(computed, given)
	}
	if kind.NodeLocal {
		return "", needAuthority("what this source is depends on the machine that reads it")
	}
	for _, host := range hosts {
		if why := ambiguous(host); why != "" {
			return "", needAuthority("the host " + strconv.Quote(clip(host)) + " " + why)
		}
		if addr, err := netip.ParseAddr(host); err == nil && addr.Unmap().String() != host {
			return "", fault.New(fault.Invalid, "BadSetting", "the address %q has another form, too", host).Try("Write it as %s", addr.Unmap())
		}
	}
	if computed == "" {
		return "", fault.New(fault.Invalid, "NoAuthority", "the settings don't say which source this is")
	}
	return computed, nil
}

// hostOf is the host of a target, host:port. What is no host, or a port that is none, would be found out only by the
// first scan, when what the source is can't be changed any more; and two spellings of one server would be two sources.
func hostOf(target string) (string, error) {
	i := strings.LastIndexByte(target, ':')
	if i < 0 {
		return target, nil
	}
	host, port := target[:i], target[i+1:]
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return "", fault.New(fault.Invalid, "BadSetting", "%q is not a port", clip(port)).Try("Use a number from 1 to 65535")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return host, nil
	}
	if strings.Contains(host, "@") { // perhaps with a password, which no error may quote
		return "", fault.New(fault.Invalid, "BadSetting", "the address of the server names a user").
			Try("Write the host alone; users and passwords belong in a credential: purlieu credential add")
	}
	if host == "" || strings.ContainsAny(host, "/\\:,;?#%[]") || strings.ContainsFunc(host, unicode.IsSpace) {
		return "", fault.New(fault.Invalid, "BadSetting", "%q is not the name or the address of a host", clip(host)).
			Try("Write the host alone, such as db.example.com; the port has a setting of its own")
	}
	if strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || strings.Contains(host, "..") {
		return "", fault.New(fault.Invalid, "BadSetting", "the host %q has a dot too many", clip(host)).Try("Write it without")
	}
	return host, nil
}

func needAuthority(why string) error {
	return fault.At(fault.New(fault.Invalid, "AuthorityNeeded", "%s, so this source needs a name that is unique in the account", why).
		Try(`Give it one as its authority, such as "shop-db" (purlieu source add … --authority shop-db, or properties.%s); it can't be changed later`, SettingAuthority), SettingAuthority)
}

// givenAuthority makes an identity from a person's name for it, in the scheme of the kind. A whole authority is taken
// as it is when its scheme is right.
func givenAuthority(computed, given string) (string, error) {
	scheme, _, found := strings.Cut(computed, "://")
	name := given
	if found {
		name = strings.TrimPrefix(given, scheme+"://")
	}
	ok := name != "" && len(name) <= 255 && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:[]", r)
	})
	if !ok {
		return "", fault.New(fault.Invalid, "BadAuthority", "%q can't be the authority of a source", clip(given)).
			Try("Use lower-case letters, digits, dots, dashes and underscores")
	}
	if !found {
		return name, nil
	}
	return scheme + "://" + name, nil
}

// ambiguous says why a host means something else elsewhere; "" when it does not.
func ambiguous(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		switch {
		case addr.IsLoopback(), addr.IsUnspecified():
			return "is each machine itself"
		case addr.IsLinkLocalUnicast():
			return "is link-local"
		case addr.IsPrivate():
			return "is a private address that other networks use too"
		}
		return ""
	}
	host = strings.ToLower(host)
	switch {
	case host == "localhost", strings.HasSuffix(host, ".localhost"):
		return "is each machine itself"
	case host != "" && !strings.Contains(host, "."):
		return "is a single label that other networks may use too"
	}
	return ""
}
