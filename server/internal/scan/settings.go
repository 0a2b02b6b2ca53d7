package scan

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// SettingAuthority is the setting of any source by which a person names it, where its address means something else
// elsewhere.
const SettingAuthority = "purlieuAuthority"

const maxSetting = 4096 // bytes of one setting

// checkSettings holds values to the fields of a kind: known, of the field's type, there where required.
func checkSettings(fields []model.Field, settings model.Settings, where string) error {
	for name, value := range settings {
		if name == SettingAuthority {
			continue
		}
		i := slices.IndexFunc(fields, func(f model.Field) bool { return f.Name == name })
		if i < 0 {
			return fault.New(fault.Invalid, "UnknownSetting", "%s has no setting %q", where, clip(name))
		}
		if len(value) > maxSetting {
			return fault.New(fault.Invalid, "SettingTooLong", "the setting %q is longer than %d bytes", name, maxSetting)
		}
		if fields[i].Secret && value != "" {
			return keptSecret(name)
		}
		if err := checkValue(fields[i], value); err != nil {
			return err
		}
	}
	for _, f := range fields {
		if f.Required && f.Default == "" && settings[f.Name] == "" {
			e := fault.New(fault.Invalid, "MissingSetting", "%s needs the setting %q: %s", where, f.Name, f.Help)
			if f.Example != "" {
				e = e.Try("Send properties.%s, such as %q", f.Name, f.Example)
			}
			return e
		}
	}
	return nil
}

func checkValue(f model.Field, value string) error {
	if value == "" {
		return nil
	}
	if model.CleanText(value) != value || strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' }) {
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

// authorityOf computes a source's identity from its settings. A host that means something else elsewhere (loopback,
// link-local, private, of a single label) and a source that lives on one machine need a name from a person.
func authorityOf(kind model.Kind, settings model.Settings) (string, error) {
	get := func(field string) string { return kind.Get(settings, field) }
	computed, err := kind.Authority.Expand(get)
	if err != nil {
		return "", err
	}
	if given := settings[SettingAuthority]; given != "" {
		return givenAuthority(computed, given)
	}
	if kind.NodeLocal {
		return "", needAuthority("what this source is depends on the machine that reads it")
	}
	for _, dial := range kind.Dials {
		target, err := dial.Expand(get)
		if err != nil {
			return "", err
		}
		host := target
		if i := strings.LastIndexByte(target, ':'); i >= 0 {
			host = strings.Trim(target[:i], "[]")
		}
		if why := ambiguous(host); why != "" {
			return "", needAuthority("the host " + strconv.Quote(clip(host)) + " " + why)
		}
	}
	if computed == "" {
		return "", fault.New(fault.Invalid, "NoAuthority", "the settings don't say which source this is")
	}
	return computed, nil
}

func needAuthority(why string) error {
	return fault.New(fault.Invalid, "AuthorityNeeded", "%s, so this source needs a name that is unique in the account", why).
		Try(`Give it one as its authority, such as "shop-db" (purlieu source add … --authority shop-db, or properties.%s); it can't be changed later`, SettingAuthority)
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
	if ip := net.ParseIP(host); ip != nil {
		return "is not a plain address"
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	switch {
	case host == "localhost", strings.HasSuffix(host, ".localhost"):
		return "is each machine itself"
	case host != "" && !strings.Contains(host, "."):
		return "is a single label that other networks may use too"
	}
	return ""
}
