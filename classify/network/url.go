package network

import "github.com/purlieu/purlieu/classify"

// url is the address of something on a host: a scheme of the web or of file transfer, a host, and what follows.
func url() classify.Rule {
	return classify.Rule{
		ID: "url", Class: "PURLIEU.NETWORK.URL", Title: "URL", Version: 1,
		Says: "A scheme (http, https, ftp, ftps, sftp, ws, wss), a host and perhaps a port, a path and a query, without blanks.",
		Shape: classify.Shape{
			Allow: classify.Letter | classify.Digit | classify.At | classify.Dot | classify.Dash | classify.Colon | classify.Slash |
				classify.Plus | classify.Under | classify.Mark | classify.Bracket | classify.Other,
			Need: classify.Colon | classify.Slash, Least: 8, Most: 2048,
		},
		Match: matchURL,
		Hints: []string{"url", "uri", "link", "href", "website", "homepage", "web site"},
	}
}

func matchURL(cell string) classify.Grade {
	at := 0
	for at < len(cell) && cell[at] != ':' {
		at++
	}
	if !scheme(cell[:at]) || len(cell) < at+4 || cell[at+1] != '/' || cell[at+2] != '/' {
		return classify.No
	}
	host := at + 3
	end := host
	for end < len(cell) && cell[end] != '/' && cell[end] != '?' && cell[end] != '#' {
		if cell[end] == '@' { // what is before it is a user
			host = end + 1
		}
		end++
	}
	if !hostPort(cell[host:end]) {
		return classify.No
	}
	for i := end; i < len(cell); i++ {
		if c := cell[i]; c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' {
			return classify.No
		}
	}
	return classify.Strong
}

func scheme(s string) bool {
	var low [5]byte
	if len(s) < 2 || len(s) > len(low) {
		return false
	}
	for i := 0; i < len(s); i++ {
		low[i] = s[i] | 0x20
	}
	switch string(low[:len(s)]) {
	case "http", "https", "ftp", "ftps", "sftp", "ws", "wss":
		return true
	}
	return false
}

// hostPort takes a name or an address, in brackets where it is of version 6, and perhaps a port.
func hostPort(s string) bool {
	if s != "" && s[0] == '[' {
		for i := 1; i < len(s); i++ {
			if s[i] == ']' {
				return matchV6(s[1:i]) != classify.No && port(s[i+1:])
			}
		}
		return false
	}
	i := 0
	for i < len(s) && s[i] != ':' {
		c := s[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '0' || c > '9') && c < 0x80 && (i == 0 || c != '.' && c != '-' && c != '_') {
				return false
			}
		}
		i++
	}
	return i > 0 && port(s[i:])
}

func port(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != ':' || len(s) > 6 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
