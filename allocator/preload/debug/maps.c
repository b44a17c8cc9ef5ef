/*
 * maps.c -- reads /proc/self/maps line by line (maps.h).
 */
#include "allocator/preload/debug/maps.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A longer line loses its end, that is, of its path. */
enum { LINE_ROOM = 640 };

struct reader {
    int fd;
    char bytes[4096];
    size_t at, n;
};

static int next_byte(struct reader *reader)
{
    if (reader->at == reader->n) {
        ssize_t got =
            syscall(SYS_read, reader->fd, reader->bytes, sizeof reader->bytes);
        reader->at = 0;
        reader->n = got > 0 ? (size_t)got : 0;
    }
    return reader->n != 0 ? (unsigned char)reader->bytes[reader->at++] : -1;
}

static bool next_line(struct reader *reader, char line[LINE_ROOM])
{
    size_t length = 0;
    int byte;
    while ((byte = next_byte(reader)) != -1 && byte != '\n') {
        if (length < LINE_ROOM - 1) {
            line[length++] = (char)byte;
        }
    }
    line[length] = '\0';
    return byte != -1;
}

/* "start-end rwxp offset device inode path" */
static void parse(const char *line, struct mapping *mapping)
{
    char *at;
    char before[sizeof mapping->path];
    memcpy(before, mapping->path, sizeof before);
    mapping->start = strtoul(line, &at, 16);
    mapping->end = strtoul(at + 1, &at, 16);
    mapping->readable = at[1] == 'r';
    mapping->writable = at[2] == 'w';
    mapping->executable = at[3] == 'x';
    mapping->is_private = at[4] == 'p';
    for (int field = 0; field < 4; field++) {
        at += strspn(at, " ");
        at += strcspn(at, " ");
    }
    at += strspn(at, " ");
    size_t length = strnlen(at, sizeof mapping->path - 1);
    memcpy(mapping->path, at, length);
    mapping->path[length] = '\0';
    if (length == 0 || strcmp(before, mapping->path) != 0) {
        mapping->base = mapping->start;
    }
}

bool maps_visit(maps_visit_fn *visit, void *context)
{
    struct reader reader = {.fd = (int)syscall(SYS_openat, AT_FDCWD,
                                               "/proc/self/maps",
                                               O_RDONLY | O_CLOEXEC)};
    struct mapping mapping = {.path = ""};
    char line[LINE_ROOM];
    if (reader.fd < 0) {
        return false;
    }
    while (next_line(&reader, line)) {
        parse(line, &mapping);
        if (!visit(context, &mapping)) {
            break;
        }
    }
    syscall(SYS_close, reader.fd);
    return true;
}

struct search {
    uintptr_t address;
    struct mapping *found;
    bool done;
};

static bool compare(void *context, const struct mapping *mapping)
{
    struct search *search = context;
    if (search->address >= mapping->start && search->address < mapping->end) {
        *search->found = *mapping;
        search->done = true;
    }
    return !search->done;
}

bool maps_find(const void *address, struct mapping *found)
{
    struct search search = {(uintptr_t)address, found, false};
    maps_visit(compare, &search);
    return search.done;
}

const char *maps_name(const struct mapping *mapping)
{
    const char *slash = strrchr(mapping->path, '/');
    return slash != NULL ? slash + 1 : mapping->path;
}
