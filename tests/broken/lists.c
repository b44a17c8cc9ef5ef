/*
 * lists.c -- corrupt headers and free lists, which check must find.
 */
#include "tests/broken/broken.h"

static struct sound_header *behind(void *payload)
{
    struct sound_header *header = sound_header(payload);
    return (struct sound_header *)(void *)((unsigned char *)header +
                                           header->bytes);
}

static void header_smashing_free(struct heap *heap, void *payload)
{
    struct sound_header *next = payload != NULL ? behind(payload) : NULL;
    sound_free(heap, payload);
    if (sound_due(heap, 1)) {
        next->bytes = 0;
    }
}

static void tag_smashing_free(struct heap *heap, void *payload)
{
    struct sound_header *next = payload != NULL ? behind(payload) : NULL;
    sound_free(heap, payload);
    if (sound_due(heap, 1)) {
        next->tag = 0;
    }
}

static void losing_free(struct heap *heap, void *payload)
{
    if (sound_due(heap, 2)) {
        sound_header(payload)->tag = SOUND_FREE;
    } else {
        sound_free(heap, payload);
    }
}

/* The rest of a block that was split is forgotten. */
static void *losing_malloc(struct heap *heap, size_t size)
{
    void *payload = sound_malloc(heap, size);
    if (sound_due(heap, 5)) {
        *behind(payload) = (struct sound_header){0, 0};
    }
    return payload;
}

/* Into the list in address order, joined with nobody. */
static void insert_unjoined(struct heap *heap, struct sound_header *header)
{
    uint64_t offset = (uint64_t)((unsigned char *)header - heap->base);
    uint64_t *link = &sound_root(heap)->first_free;
    while (*link != 0 && *link < offset) {
        link = sound_link((struct sound_header *)(void *)(heap->base + *link));
    }
    header->tag = SOUND_FREE;
    *sound_link(header) = *link;
    *link = offset;
}

static void unjoining_free(struct heap *heap, void *payload)
{
    if (payload == NULL || (unsigned char *)payload >= heap_top(heap)) {
        sound_free(heap, payload);
    } else {
        insert_unjoined(heap, sound_header(payload));
    }
}

/* Makes the link of the block freed at the nth call lead astray. */
static void link_free(struct heap *heap, void *payload, uint64_t n,
                      uint64_t offset)
{
    sound_free(heap, payload);
    if (sound_due(heap, n)) {
        *sound_link(sound_header(payload)) = offset;
    }
}

static void circling_free(struct heap *heap, void *payload)
{
    link_free(heap, payload, 2, sound_root(heap)->first_free);
}

static void straying_free(struct heap *heap, void *payload)
{
    link_free(heap, payload, 2, heap->brk + 64);
}

static void using_free(struct heap *heap, void *payload)
{
    sound_free(heap, payload);
    if (sound_due(heap, 2)) {
        sound_root(heap)->first_free = sound_root(heap)->last - 16;
    }
}

const struct broken broken_lists[] = {
    BROKEN("header-corrupt", free, header_smashing_free, "bad-size", 4),
    BROKEN("tag-corrupt", free, tag_smashing_free, "bad-tag", 4),
    BROKEN_WITH("tag-corrupt-seldom-checked", free, tag_smashing_free,
                "bad-tag", 4, .check_every = 10),
    BROKEN("free-block-lost", free, losing_free, "free-block-lost", 8),
    BROKEN_WITH("free-block-lost-seldom-checked", free, losing_free,
                "free-block-lost", 8, .check_every = 15),
    BROKEN("rest-of-split-lost", malloc, losing_malloc, "bad-size", 5),
    BROKEN("neighbours-uncoalesced", free, unjoining_free, "uncoalesced", 20),
    BROKEN("free-list-cycle", free, circling_free, "free-list-cycle", 8),
    BROKEN("free-list-outside", free, straying_free, "free-list-outside", 8),
    BROKEN("free-list-holds-used", free, using_free, "free-list-used", 8),
    BROKEN_END,
};
