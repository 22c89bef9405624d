/** eBPF through libbpf: objects, programs, links, typed maps and rings. Knows the kernel, nothing of the JVM. */
package dev.javelin.bpf;
