package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryIsTheLeastThatHolds(t *testing.T) {
	const available = "MemTotal: 99999999 kB\nMemAvailable:   8000000 kB\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"nothing is said", nil, 0},
		{"the machine", map[string]string{"proc/meminfo": available}, 8_000_000 << 10},
		{"the group", map[string]string{"proc/meminfo": available, "proc/self/cgroup": "4:memory:/old\n0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "5000000\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 5_000_000},
		{"a group above it", map[string]string{"proc/meminfo": available, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "5000000\n", "sys/fs/cgroup/a/memory.max": "4000000\n"}, 4_000_000},
		{"a group of version 1", map[string]string{"proc/meminfo": available, "proc/self/cgroup": "5:cpu:/x\n4:memory:/a\n0::/\n", "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "2000000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 2_000_000},
		{"a container, whose group is the root", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "3000000\n"}, 3_000_000},
		{"a group that may use more than there is", map[string]string{"proc/meminfo": available, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "99000000000\n"}, 8_000_000 << 10},
	} {
		root := t.TempDir()
		for name, text := range tt.files {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := memory(root); got != tt.want {
			t.Errorf("%s: %d bytes, want %d", tt.name, got, tt.want)
		}
	}
}
