package atlas

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
)

// attribute reads a condition on an attribute: {"attributeName", "operator", "attributeValue"}.
func (p *filtering) attribute(node map[string]json.RawMessage) (search.Filter, error) {
	var name, operator string
	if err := json.Unmarshal(node["attributeName"], &name); err != nil || name == "" {
		return search.Filter{}, badFilter("attributeName takes a text")
	}
	if err := json.Unmarshal(orNull(node["operator"]), &operator); err != nil || operator == "" {
		return search.Filter{}, badFilter("the condition on %s needs an operator", clip(name))
	}
	value := orNull(node["attributeValue"])
	if len(node) > 3 || len(node) == 3 && node["attributeValue"] == nil {
		return search.Filter{}, unsupportedFilter("a condition on an attribute with other members than operator and attributeValue")
	}
	operator = strings.ToLower(operator)
	switch name {
	case "createTime", "updateTime", "modifiedTime":
		return p.compare(name, operator, value)
	case "size", "fileSize":
		return sized(name, operator, value)
	case "name", "qualifiedName", "entityType":
		var text string
		if err := json.Unmarshal(value, &text); err != nil || text == "" {
			return search.Filter{}, badFilter("the attributeValue of %s is a text", name)
		}
		is := search.Named(text)
		switch name {
		case "entityType":
			is = search.Is("type", text)
		case "qualifiedName":
			var err error
			if is, err = p.rowsCalled(text); err != nil {
				return is, err
			}
		}
		switch operator {
		case "eq":
			return is, nil
		case "ne":
			return search.Not(is), nil
		}
		return search.Filter{}, unsupportedFilter("the operator " + clip(operator) + " on " + name)
	}
	return search.Filter{}, unsupportedFilter("the attribute " + clip(name))
}

// rowsCalled are the entities with a qualified name: at most one of each type. Those that the reader may not see are
// among them, and found as little as any other.
func (p *filtering) rowsCalled(qualifiedName string) (search.Filter, error) {
	if p.parts += 10; p.parts > mostFilterParts { // it is looked up in the map
		return search.Filter{}, badFilter("a filter has at most %d parts, of which a qualifiedName counts for ten", mostFilterParts)
	}
	all := append(p.types.named(func(string) bool { return true }), datamap.TypeDataSet, datamap.TypeProcess)
	ids, err := p.called(all, qualifiedName)
	if err != nil || len(ids) == 0 {
		return search.Or(), err
	}
	return search.Rows(ids...), nil
}

// sized is a condition on how many bytes an asset has.
func sized(name, operator string, raw json.RawMessage) (search.Filter, error) {
	var bytes *int64
	if err := json.Unmarshal(raw, &bytes); err != nil || bytes == nil || *bytes < 0 || *bytes == math.MaxInt64 {
		return search.Filter{}, badFilter("%s is compared with a number of bytes", name)
	}
	n, most := *bytes, int64(math.MaxInt64)
	switch operator {
	case "lt":
		return search.Sized(0, n-1), nil
	case "le":
		return search.Sized(0, n), nil
	case "gt":
		return search.Sized(n+1, most), nil
	case "ge":
		return search.Sized(n, most), nil
	case "eq":
		return search.Sized(n, n), nil
	case "ne":
		return search.Or(search.Sized(0, n-1), search.Sized(n+1, most)), nil
	}
	return search.Filter{}, unsupportedFilter("the operator " + clip(operator) + " on " + name)
}

// time reads a condition on when an asset was made or changed: a name of a span up to now, or {"operator", "timeThreshold"}.
func (p *filtering) time(key string, raw json.RawMessage) (search.Filter, error) {
	if len(raw) > 0 && raw[0] == '"' {
		return p.compare(key, "timerange", raw)
	}
	var at struct {
		Operator  string          `json:"operator"`
		Threshold json.RawMessage `json:"timeThreshold"`
	}
	if err := json.Unmarshal(raw, &at); err != nil {
		return search.Filter{}, badFilter("%s takes the name of a span of time, or an operator and a timeThreshold", key)
	}
	return p.compare(key, strings.ToLower(at.Operator), orNull(at.Threshold))
}

// mostMillis is the end of the year 9999.
const mostMillis = 253_402_300_799_999

// compare is a condition on a time, which is written in milliseconds since 1970.
func (p *filtering) compare(key, operator string, raw json.RawMessage) (search.Filter, error) {
	within := search.Modified
	if key == "createTime" {
		within = search.Created
	}
	if operator == "timerange" {
		return p.spans(key, within, raw)
	}
	var millis *int64
	if err := json.Unmarshal(raw, &millis); err != nil || millis == nil || *millis < 0 || *millis > mostMillis {
		return search.Filter{}, badFilter("%s is compared with milliseconds since 1970", key)
	}
	at, next := time.UnixMilli(*millis), time.UnixMilli(*millis+1) // times are finer than what is shown of them
	switch operator {
	case "lt":
		return within(time.Time{}, at), nil
	case "le":
		return within(time.Time{}, next), nil
	case "gt":
		return within(next, time.Time{}), nil
	case "ge":
		return within(at, time.Time{}), nil
	case "eq":
		return within(at, next), nil
	case "ne":
		return search.Not(within(at, next)), nil
	}
	return search.Filter{}, unsupportedFilter("the operator " + clip(operator) + " on " + key)
}

// spans are conditions by the names of spans of time, of which any may hold.
func (p *filtering) spans(key string, within func(from, to time.Time) search.Filter, raw json.RawMessage) (search.Filter, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return search.Filter{}, badFilter("a span of %s is a text", key)
	}
	days := map[string]int{"LAST_24H": 1, "LAST_7D": 7, "LAST_30D": 30, "LAST_365D": 365, "MORE_THAN_365D": 365}
	var some []search.Filter
	for word := range strings.SplitSeq(text, "|") {
		n, ok := days[word]
		if p.parts++; p.parts > mostFilterParts {
			return search.Filter{}, badFilter("a filter has at most %d parts", mostFilterParts)
		}
		since := p.now.Add(-time.Duration(n) * 24 * time.Hour)
		switch {
		case !ok:
			return search.Filter{}, badFilter("%s is no span of %s: LAST_24H, LAST_7D, LAST_30D, LAST_365D or MORE_THAN_365D", clip(word), key)
		case strings.HasPrefix(word, "MORE"):
			some = append(some, within(time.Time{}, since))
		default:
			some = append(some, within(since, time.Time{}))
		}
	}
	return search.Or(some...), nil
}
