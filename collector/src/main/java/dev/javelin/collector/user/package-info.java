/** User-space mode: recordings by async-profiler inside the application, where the kernel's BPF cannot be used. */
package dev.javelin.collector.user;
