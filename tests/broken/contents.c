/*
 * contents.c -- payloads that change behind their owner's back.
 */
#include <string.h>

#include "tests/broken/broken.h"

/* The nth used block of the contiguous part, from 0. */
static unsigned char *live_payload(const struct heap *heap, int n)
{
    unsigned char *at = heap->base + sizeof(struct sound_root);
    for (;;) {
        struct sound_header *header = (struct sound_header *)(void *)at;
        if (header->tag == SOUND_USED && n-- == 0) {
            return (unsigned char *)(header + 1);
        }
        at += header->bytes;
    }
}

static void *losing_realloc(struct heap *heap, void *payload, size_t size)
{
    unsigned char *moved = sound_realloc(heap, payload, size);
    if (sound_due(heap, 1)) {
        memset(moved + 96, 0, 4);
    }
    return moved;
}

static void *forgetful_realloc(struct heap *heap, void *payload, size_t size)
{
    if (!sound_due(heap, 1)) {
        return sound_realloc(heap, payload, size);
    }
    sound_free(heap, payload);
    return sound_malloc(heap, size);
}

static void *shifting_realloc(struct heap *heap, void *payload, size_t size)
{
    unsigned char *moved = sound_realloc(heap, payload, size);
    if (sound_due(heap, 1)) {
        memmove(moved, moved + 8, 84);
    }
    return moved;
}

static void *scribbling_realloc(struct heap *heap, void *payload, size_t size)
{
    unsigned char *moved = sound_realloc(heap, payload, size);
    if (sound_due(heap, 2)) {
        moved[19] = 0;
    }
    return moved;
}

static void scribbling_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    if (sound_due(heap, 1)) {
        live_payload(heap, 1)[7] ^= 0x80;
    }
}

static void swapping_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    if (sound_due(heap, 2)) {
        unsigned char *a = live_payload(heap, 0), *b = live_payload(heap, 1);
        unsigned char saved[16];
        memcpy(saved, a, 16);
        memcpy(a, b, 16);
        memcpy(b, saved, 16);
    }
}

/* A payload that no operation touches any more: seen at the end. */
static void late_scribbling_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    if (sound_due(heap, 6)) {
        live_payload(heap, 2)[3] ^= 1;
    }
}

static void *scribbling_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (sound_due(heap, 5)) {
        live_payload(heap, 0)[50] ^= 1;
    }
    return payload;
}

static void *scribbling_memalign(struct heap *heap, size_t alignment,
                                 size_t size)
{
    void *payload = sound_memalign(heap, alignment, size);
    memset(live_payload(heap, 0), 0, 8);
    return payload;
}

const struct broken broken_contents[] = {
    BROKEN("realloc-loses-bytes", realloc, losing_realloc, RULE_REALLOC_LOST,
           6),
    BROKEN("realloc-copies-nothing", realloc, forgetful_realloc,
           RULE_REALLOC_LOST, 6),
    BROKEN("realloc-copies-shifted", realloc, shifting_realloc,
           RULE_REALLOC_LOST, 6),
    BROKEN("realloc-in-place-scribbles", realloc, scribbling_realloc,
           RULE_REALLOC_LOST, 7),
    BROKEN("free-scribbles", free, scribbling_free, RULE_CONTENTS, 4),
    BROKEN("free-swaps-payloads", free, swapping_free, RULE_CONTENTS, 8),
    BROKEN("free-scribbles-late", free, late_scribbling_free, RULE_CONTENTS,
           21),
    BROKEN("malloc-scribbles", malloc, scribbling_malloc, RULE_CONTENTS, 5),
    BROKEN("memalign-scribbles", memalign, scribbling_memalign, RULE_CONTENTS,
           10),
    BROKEN_WITH("malloc-scribbles-unchecked", malloc, scribbling_malloc,
                RULE_CONTENTS, 5, .unchecked = true),
    BROKEN_END,
};
