package pipe

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

const headSize = 5

// Reader reads frames. It is for one goroutine.
type Reader struct {
	r    io.Reader
	most uint32
	head [headSize]byte
	buf  []byte
}

// NewReader reads frames of up to MaxFrame bytes from r.
func NewReader(r io.Reader) *Reader { return &Reader{r: r, most: MaxFrame} }

// NewShortReader reads frames of up to 4 KiB, which is enough for a dial.
func NewShortReader(r io.Reader) *Reader { return &Reader{r: r, most: 4 << 10} }

// keepBuffer is the buffer that a reader or writer keeps between frames; a bigger one is let go.
const keepBuffer = 1 << 20

// Next gives the next frame. The payload is valid until the next call. Between frames the end of the stream is io.EOF;
// inside a frame it is a fault.Invalid "BadFrame" over io.ErrUnexpectedEOF. A frame of no kind or beyond the bound is
// "BadFrame" too; the stream is lost then.
func (r *Reader) Next() (Kind, []byte, error) {
	if _, err := io.ReadFull(r.r, r.head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, nil, badFrame("it ends within a frame's head").Because(err)
		}
		return 0, nil, err
	}
	size, kind := binary.BigEndian.Uint32(r.head[:4]), Kind(r.head[4])
	if size == 0 || size > r.most+1 {
		return 0, nil, badFrame("a frame's length is %d", size)
	}
	if !kind.known() {
		return 0, nil, badFrame("no frame is of kind %d", kind)
	}
	n := int(size - 1)
	if cap(r.buf) > keepBuffer && n <= keepBuffer {
		r.buf = nil
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:n]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, nil, badFrame("it ends within a frame").Because(err)
		}
		return 0, nil, err
	}
	return kind, r.buf, nil
}

// Wipe clears what is left of the last frame in memory.
func (r *Reader) Wipe() { clear(r.buf[:cap(r.buf)]) }

func (k Kind) known() bool {
	return (k >= KindJob && k <= KindDial) || (k >= KindFacts && k <= KindNames)
}

func badFrame(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "BadFrame", "the pipe can't be read: "+format, args...)
}

// Writer writes frames, each in one call of the underlying Write. It is safe for concurrent use.
type Writer struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

// NewWriter writes frames to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Send writes a frame with a message, or an empty one for nil. A message beyond MaxFrame is fault.Invalid
// "FrameTooBig" and nothing is written.
func (w *Writer) Send(kind Kind, message any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	buf := append(w.buf[:0], make([]byte, headSize)...)
	if message != nil {
		var err error
		if buf, err = bus.Append(buf, message); err != nil {
			return err
		}
	}
	if w.buf = nil; cap(buf) <= keepBuffer {
		w.buf = buf
	}
	return w.write(kind, buf)
}

// SendSecret writes one secret and wipes the frame's buffer.
func (w *Writer) SendSecret(name string, value []byte) error {
	if len(name) > 255 || len(value) > maxSecret {
		return fault.New(fault.Invalid, "SecretTooBig", "a secret may have %d bytes", maxSecret)
	}
	buf := make([]byte, headSize, headSize+1+len(name)+len(value))
	buf = append(append(append(buf, byte(len(name))), name...), value...)
	defer clear(buf)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(KindSecret, buf)
}

// write fills in the head of a frame and writes it. The caller holds the lock.
func (w *Writer) write(kind Kind, frame []byte) error {
	if n := len(frame) - headSize; n > MaxFrame {
		return fault.New(fault.Invalid, "FrameTooBig", "a frame of %d bytes is beyond %d", n, MaxFrame)
	}
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-headSize+1)) //nolint:gosec // not beyond MaxFrame
	frame[4] = byte(kind)
	_, err := w.w.Write(frame)
	return err
}

// ReadSecret takes a secret frame apart. The value is a copy that belongs to the caller.
func ReadSecret(payload []byte) (name string, value []byte, err error) {
	if len(payload) == 0 || len(payload) < 1+int(payload[0]) {
		return "", nil, badFrame("a secret is cut")
	}
	n := 1 + int(payload[0])
	return string(payload[1:n]), append([]byte(nil), payload[n:]...), nil
}

// Decode reads a payload under bounds: besides those of bus.Decode, the number of elements is counted before anything
// is allocated for them, since one byte of a hostile payload can stand for hundreds in memory.
func Decode(payload []byte, message any) error {
	if !withinBounds(payload) {
		return badFrame("a payload is malformed or holds more than %d elements", MaxElements)
	}
	return bus.Decode(payload, message)
}

// withinBounds walks the heads of CBOR items (RFC 8949 §3) and counts elements. It judges no more than it needs to:
// bus.Decode checks the rest.
func withinBounds(b []byte) bool {
	elements := 0
	for len(b) > 0 {
		major, info := b[0]>>5, b[0]&31
		b = b[1:]
		value := uint64(info)
		if info >= 24 {
			if info > 27 {
				return false // reserved, or of indefinite length
			}
			n := 1 << (info - 24)
			if len(b) < n {
				return false
			}
			value = 0
			for _, c := range b[:n] {
				value = value<<8 | uint64(c)
			}
			b = b[n:]
		}
		switch major {
		case 2, 3: // bytes and text: pass over
			if value > uint64(len(b)) {
				return false
			}
			b = b[value:]
		case 4, 5: // arrays and maps
			if value > MaxElements {
				return false
			}
			if major == 4 {
				elements += int(value)
			}
			if elements > MaxElements {
				return false
			}
		}
	}
	return true
}
