/*
 * resident.c -- the process's own pages, counted when it had page faults.
 *
 * An allocator that maps 32 MiB and touches one page of it holds one page.
 * /proc/self/smaps_rollup tells how many pages of its own the process has; the
 * kernel walks all page tables for it, which is too slow after each operation.
 * But memory comes by page faults alone, and those are counted:
 *
 *   faults      .    .  ..   .      .........       .
 *   counted     |    |   |                 |             exactly, by the kernel
 *   estimated        +1                +1..+8      +1    a page for each fault
 *
 * What was given back meanwhile shows at the next exact count.
 */
#include "driver/subject/resident.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE ((size_t)4096)

/* Counted exactly again after one fault in so many pages held. */
#define PAGES_PER_FAULT 256

/* The state of a process is process-wide by nature. */
static struct {
    size_t before;  /* bytes held at the beginning */
    size_t counted; /* bytes held at the last exact count */
    long faults;    /* until then */
} held;

static long faults_now(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : 0;
}

/* The value of a line such as "Anonymous:   6340 kB", in bytes. */
static size_t field_bytes(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line != NULL ? strtoul(line + strlen(name), NULL, 10) << 10 : 0;
}

/* Bytes of the process's own pages; without malloc or stdio. */
static size_t own_pages(void)
{
    char text[2048];
    int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return field_bytes(text, "\nAnonymous:");
}

static void count(void)
{
    held.counted = own_pages();
    held.faults = faults_now();
}

void resident_begin(void)
{
    count();
    held.before = held.counted;
}

/* At the last exact count. */
static size_t gained(void)
{
    return held.counted > held.before ? held.counted - held.before : 0;
}

size_t resident_bytes(void)
{
    size_t faults = (size_t)(faults_now() - held.faults);
    if (faults > gained() / PAGE / PAGES_PER_FAULT) {
        count();
        faults = 0;
    }
    return gained() + faults * PAGE;
}
