/*
 * calls_itself.c -- a malloc whose functions call each other by the names that
 * it exports; it hands out memory in a row and never takes any back.
 *
 *   | size, 16 bytes | payload, rounded up to 16 | size | ...
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *malloc(size_t size);
void free(void *payload);
void *realloc(void *payload, size_t size);
void *memalign(size_t alignment, size_t size);
size_t malloc_usable_size(void *payload);

enum { HEAD = 16, ROOM = 1 << 20 };

static _Alignas(4096) unsigned char memory[ROOM];
static size_t used;

size_t malloc_usable_size(void *payload)
{
    size_t size;
    memcpy(&size, (unsigned char *)payload - HEAD, sizeof size);
    return size;
}

void *memalign(size_t alignment, size_t size)
{
    size_t begin = (used + HEAD + alignment - 1) / alignment * alignment;
    if (begin > ROOM || size > ROOM - begin) {
        return NULL;
    }
    memcpy(memory + begin - HEAD, &size, sizeof size);
    used = begin + (size + HEAD - 1) / HEAD * HEAD;
    return memory + begin;
}

void *malloc(size_t size)
{
    return memalign(HEAD, size);
}

void free(void *payload)
{
    (void)payload;
}

void *realloc(void *payload, size_t size)
{
    void *moved = size > 0 ? malloc(size) : NULL;
    if (payload != NULL && moved != NULL) {
        size_t before = malloc_usable_size(payload);
        memcpy(moved, payload, before < size ? before : size);
    }
    return moved;
}
