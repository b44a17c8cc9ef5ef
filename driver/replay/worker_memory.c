/*
 * worker_memory.c -- from /proc/PID/statm and /proc/meminfo (proc(5)), sysconf
 * and the control group's limit, where a container mounts it in one of its two
 * versions.
 */
#include "driver/replay/worker_memory.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a short file; text is empty when there is none. */
static void read_text(const char *path, char *text, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, room - 1);
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

struct residence worker_memory_resident(pid_t pid)
{
    char path[40], text[128];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    read_text(path, text, sizeof text);
    char *at = text;
    strtoull(at, &at, 10); /* address space */
    size_t all = strtoull(at, &at, 10);
    size_t shared = strtoull(at, &at, 10);
    return (struct residence){
        .all_bytes = all * page_bytes(),
        .private_bytes = (all > shared ? all - shared : 0) * page_bytes()};
}

/* "max" is how version 2 says that there is none. */
static size_t control_group_limit(const char *path)
{
    char text[32], *end;
    read_text(path, text, sizeof text);
    unsigned long long bytes = strtoull(text, &end, 10);
    return end == text || bytes == 0 ? SIZE_MAX : (size_t)bytes;
}

/* What can be had now without swapping, or all there is. */
static size_t available_bytes(void)
{
    char text[512];
    read_text("/proc/meminfo", text, sizeof text);
    const char *line = strstr(text, "MemAvailable:");
    size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * page_bytes();
    return line == NULL
               ? all
               : strtoull(line + sizeof "MemAvailable:", NULL, 10) * 1024;
}

size_t worker_memory_share(size_t workers)
{
    static const char *const groups[] = {
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    size_t bytes = available_bytes();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        size_t limit = control_group_limit(groups[i]);
        bytes = limit < bytes ? limit : bytes;
    }
    return bytes / 4 * 3 / workers;
}
