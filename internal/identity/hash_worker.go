package identity

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
)

// What a server and a process that hashes for it say to one another: a task is
// its length (4 bytes, big-endian, themselves not counted), what it may cost
// (memory 4, passes 4, threads 1), a salt of saltBytes, and the password to the
// end. The answer to it is the key, of hashBytes.
const (
	lengthBytes  = 4
	costBytes    = 9
	shortestTask = costBytes + saltBytes
	longestTask  = shortestTask + 3*4*longestPassword // NFC makes UTF-8 three times as long at most
)

// A task is one key to derive.
type task struct {
	cost           Cost
	salt, password []byte
}

// appendTask appends a task in the form in which it is sent.
func appendTask(b []byte, t task) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(shortestTask+len(t.password)))
	b = binary.BigEndian.AppendUint32(b, t.cost.Memory)
	b = binary.BigEndian.AppendUint32(b, t.cost.Time)
	b = append(b, t.cost.Threads)
	b = append(b, t.salt...)
	return append(b, t.password...)
}

// readTask reads a task into room, which it points into; io.EOF when there is
// none any more.
func readTask(r io.Reader, room *[longestTask]byte) (t task, err error) {
	var length [lengthBytes]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return t, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < shortestTask || n > longestTask {
		return t, fmt.Errorf("identity: a task of %d bytes", n)
	}
	b := room[:n]
	if _, err := io.ReadFull(r, b); err != nil {
		return t, errors.Join(io.ErrUnexpectedEOF, err)
	}
	t.cost = Cost{Memory: binary.BigEndian.Uint32(b), Time: binary.BigEndian.Uint32(b[4:]), Threads: b[8]}
	t.salt, t.password = b[costBytes:shortestTask], b[shortestTask:]
	if !t.cost.payable() {
		return t, errors.New("identity: a task that costs too much")
	}
	return t, nil
}

// Work hashes the passwords that Workers send, until there are none any more or
// something comes that is no task. It is for a process of its own with GOGC=off:
// the memory of a hash is used again for the next.
func Work(in io.Reader, out io.Writer) error {
	var room [longestTask]byte
	for {
		t, err := readTask(in, &room)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		key := t.cost.key(t.password, t.salt)
		clear(room[:])
		if _, err := out.Write(key); err != nil {
			return err
		}
		runtime.GC()
	}
}
