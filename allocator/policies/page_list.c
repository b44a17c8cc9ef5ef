/*
 * page_list.c -- single pages cut into blocks, and a mapping for all else.
 *
 * Small requests are cut from pages, each a mapping of its own; the free blocks
 * of all pages are one list in address order, searched first fit, where
 * neighbours merge.  A page that is free as a whole goes back to the system.
 * Requests of a page or more (4065 bytes and up) have a mapping each.
 *
 *   a page   | 8 | word | payload | word | next |      | word | payload | 8 |
 *                  in use            free   '--> by address    in use
 *
 *   large    | 8 | word | payload, to the end of the last page              |
 *
 *   word     bytes of the block (large: of the mapping) | L U 0 0
 *            L large, U in use; bits 1 and 0 belong to plain.h
 *
 * The 8 bytes at both ends of a page keep its blocks from touching those of the
 * next one, should that be mapped side by side.
 *
 *   malloc, free  O(free blocks); large ones a call of the system
 *   realloc       up into a free neighbour; large ones give pages back
 *   worst case    a free list with a block or two in each of many pages
 *
 * Source: the storage allocator of Kernighan and Ritchie, The C Programming
 * Language (2nd edition), section 8.7, over pages instead of a growing break.
 */
#include "allocator/policies/mapped.h"

enum { LARGE = 8, IN_USE = 4 };

#define ENDS       ((size_t)8)            /* bytes at either end of a page */
#define PAGE_BLOCK (HEAP_PAGE - 2 * ENDS) /* a page as one block */

/* A free block; in use, the word alone. */
struct piece {
    uint64_t word;
    uint64_t next; /* offset from base of the next one above, 0: none */
};

struct page_list {
    uint64_t first; /* offset of the lowest free block */
    uint64_t unused;
};

static struct page_list *list(const struct heap *heap)
{
    return (struct page_list *)heap->base;
}

static size_t bytes_of(const struct piece *piece)
{
    return (size_t)(piece->word & ~BLOCK_FLAGS);
}

static bool is_large(const struct piece *piece)
{
    return (piece->word & LARGE) != 0;
}

static struct piece *piece_of(const void *own)
{
    return (struct piece *)plain_word(own);
}

static void *own_of(const struct piece *piece)
{
    return (void *)((uintptr_t)piece + sizeof piece->word);
}

static struct piece *above_by(const struct piece *piece, size_t bytes)
{
    return (struct piece *)((uintptr_t)piece + bytes);
}

/* The first block of a page. */
static struct piece *first_of(void *page)
{
    return (struct piece *)((uintptr_t)page + ENDS);
}

static uint64_t offset_of(const struct heap *heap, const struct piece *piece)
{
    return (uintptr_t)piece - (uintptr_t)heap->base;
}

static struct piece *piece_at(const struct heap *heap, uint64_t offset)
{
    return offset != 0 ? (struct piece *)(heap->base + offset) : NULL;
}

/* ---- the free list ------------------------------------------------------- */

/* Where the link to the first block above an address is noted. */
static uint64_t *place_above(struct heap *heap, const struct piece *piece,
                             struct piece **below)
{
    uint64_t *place = &list(heap)->first;
    *below = NULL;
    while (*place != 0 && piece_at(heap, *place) < piece) {
        *below = piece_at(heap, *place);
        place = &(*below)->next;
    }
    return place;
}

static void unlink_piece(struct heap *heap, const struct piece *piece)
{
    struct piece *below;
    *place_above(heap, piece, &below) = piece->next;
}

/* Takes the block above into this one, if it follows at once. */
static void merge_next(const struct heap *heap, struct piece *piece)
{
    const struct piece *next = piece_at(heap, piece->next);
    if (next == above_by(piece, bytes_of(piece))) {
        piece->word += bytes_of(next);
        piece->next = next->next;
    }
}

/* Makes [piece, piece + bytes) free; a page that is free goes. */
static void release(struct heap *heap, struct piece *piece, size_t bytes)
{
    struct piece *below;
    uint64_t *place = place_above(heap, piece, &below);
    piece->word = bytes;
    piece->next = *place;
    *place = offset_of(heap, piece);
    merge_next(heap, piece);
    if (below != NULL) {
        merge_next(heap, below);
        if (below->next != offset_of(heap, piece)) {
            piece = below;
        }
    }
    if (bytes_of(piece) == PAGE_BLOCK) {
        unlink_piece(heap, piece);
        heap_unmap(heap, (unsigned char *)piece - ENDS, HEAP_PAGE);
    }
}

/* A page as one block in use; NULL when refused. */
static struct piece *new_page(struct heap *heap)
{
    void *page = heap_map(heap, HEAP_PAGE);
    if (page == NULL) {
        return NULL;
    }
    struct piece *piece = first_of(page);
    piece->word = PAGE_BLOCK | IN_USE;
    return piece;
}

/* The first free block of at least bytes, out of the list, or NULL. */
static struct piece *first_fit(struct heap *heap, size_t bytes)
{
    uint64_t *place = &list(heap)->first;
    while (*place != 0) {
        struct piece *piece = piece_at(heap, *place);
        if (bytes_of(piece) >= bytes) {
            *place = piece->next;
            piece->word |= IN_USE;
            return piece;
        }
        place = &piece->next;
    }
    return NULL;
}

/* Gives back what a block in use has beyond bytes. */
static void cut(struct heap *heap, struct piece *piece, size_t bytes)
{
    size_t rest = bytes_of(piece) - bytes;
    if (rest != 0) {
        piece->word -= rest;
        release(heap, above_by(piece, bytes), rest);
    }
}

/* ---- the store ----------------------------------------------------------- */

static size_t large_bytes(size_t size)
{
    return (size + 2 * ENDS + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1);
}

static void *take_large(struct heap *heap, size_t size)
{
    size_t bytes = large_bytes(size);
    void *mapping = heap_map(heap, bytes);
    if (mapping == NULL) {
        return NULL;
    }
    struct piece *piece = first_of(mapping);
    piece->word = bytes | LARGE | IN_USE;
    return own_of(piece);
}

static void *take(struct heap *heap, size_t size)
{
    size_t bytes = block_bytes_for(size);
    if (bytes > PAGE_BLOCK) {
        return take_large(heap, size);
    }
    struct piece *piece = first_fit(heap, bytes);
    if (piece == NULL) {
        piece = new_page(heap);
        if (piece == NULL) {
            return NULL;
        }
    }
    cut(heap, piece, bytes);
    return own_of(piece);
}

static void give(struct heap *heap, void *own)
{
    struct piece *piece = piece_of(own);
    if (is_large(piece)) {
        heap_unmap(heap, (unsigned char *)piece - ENDS, bytes_of(piece));
    } else {
        release(heap, piece, bytes_of(piece));
    }
}

static size_t room_of(const struct piece *piece)
{
    return bytes_of(piece) - (is_large(piece) ? 2 : 1) * ENDS;
}

static size_t room(struct heap *heap, const void *own)
{
    (void)heap;
    return room_of(piece_of(own));
}

/* A large block gives whole pages back; it does not grow. */
static bool resize_large(struct heap *heap, struct piece *piece, size_t size)
{
    size_t bytes = large_bytes(size), have = bytes_of(piece);
    if (bytes > have) {
        return false;
    }
    unsigned char *end = (unsigned char *)piece - ENDS + bytes;
    if (bytes < have && heap_unmap(heap, end, have - bytes) == 0) {
        piece->word -= have - bytes;
    }
    return true;
}

static bool resize(struct heap *heap, void *own, size_t size)
{
    struct piece *piece = piece_of(own), *below;
    if (is_large(piece)) {
        return resize_large(heap, piece, size);
    }
    size_t bytes = block_bytes_for(size), have = bytes_of(piece);
    if (bytes > have) {
        uint64_t *place = place_above(heap, piece, &below);
        struct piece *above = piece_at(heap, *place);
        if (above != above_by(piece, have) || have + bytes_of(above) < bytes) {
            return false;
        }
        *place = above->next;
        piece->word += bytes_of(above);
    }
    cut(heap, piece, bytes);
    return true;
}

static const struct plain_store store = {take, give, room, resize};

PLAIN_HOOKS(page_list, store)

static int page_list_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return mapped_init(heap, sizeof(struct page_list));
}

/* ---- check and walk ------------------------------------------------------ */

/* The blocks of one page, as far as sizes lead; calls visit for each. */
static int walk_page(void *page, policy_visit_fn *visit, void *context)
{
    int status = mapped_visit(visit, context, page, ENDS);
    const struct piece *piece = first_of(page);
    const struct piece *end = above_by(piece, PAGE_BLOCK);
    while (status == 0 && piece < end) {
        bool used = (piece->word & IN_USE) != 0;
        struct block_info info =
            plain_info(own_of(piece), bytes_of(piece), room_of(piece),
                       used ? BLOCK_USED : BLOCK_FREE);
        status = visit(context, &info);
        piece = above_by(piece, bytes_of(piece));
    }
    return status != 0 ? status : mapped_visit(visit, context, end, ENDS);
}

static int walk_large(const struct piece *piece, policy_visit_fn *visit,
                      void *context)
{
    int status = mapped_visit(visit, context, above_by(piece, -ENDS), ENDS);
    struct block_info info = plain_info(own_of(piece), bytes_of(piece) - ENDS,
                                        room_of(piece), BLOCK_USED);
    return status != 0 ? status : visit(context, &info);
}

static int page_list_walk(struct heap *heap, policy_visit_fn *visit,
                          void *context)
{
    int status = mapped_visit(visit, context, heap->base, heap->brk);
    for (size_t i = 0; status == 0 && i < heap->mappings.n; i++) {
        void *mapping = mapped_at(heap, i);
        status = is_large(first_of(mapping))
                     ? walk_large(first_of(mapping), visit, context)
                     : walk_page(mapping, visit, context);
    }
    return status;
}

static int check_piece(const struct piece *piece, size_t left, bool below_free,
                       struct policy_fault *fault)
{
    size_t bytes = bytes_of(piece);
    if (bytes < BLOCK_SMALLEST || bytes > left || is_large(piece)) {
        return plain_fail(fault, "size-leads-astray", piece,
                          "expected 16 to %zu bytes, got %zu", left, bytes);
    }
    if (piece->word & IN_USE) {
        return plain_check(own_of(piece), room_of(piece), fault);
    }
    return below_free ? plain_fail(fault, "uncoalesced-neighbours", piece,
                                   "this block and the one below are free")
                      : 0;
}

static uint64_t hash_of(uint64_t offset)
{
    return block_hash((uint32_t)(offset / BLOCK_UNIT));
}

/* One page; its free blocks are added to the census. */
static int check_page(const struct heap *heap, void *page,
                      struct block_census *free, struct policy_fault *fault)
{
    const struct piece *piece = first_of(page);
    size_t left = PAGE_BLOCK, bytes;
    bool below_free = false;
    for (; left != 0; left -= bytes, piece = above_by(piece, bytes)) {
        if (check_piece(piece, left, below_free, fault) != 0) {
            return -1;
        }
        bytes = bytes_of(piece);
        below_free = !(piece->word & IN_USE);
        if (below_free) {
            free->count++;
            free->fingerprint += hash_of(offset_of(heap, piece));
        }
        if (below_free && bytes == PAGE_BLOCK) {
            return plain_fail(fault, "free-page", page,
                              "nothing in this page is in use");
        }
    }
    return 0;
}

static int check_large(const struct piece *piece, size_t bytes,
                       struct policy_fault *fault)
{
    if (bytes_of(piece) != bytes || !(piece->word & IN_USE)) {
        return plain_fail(fault, "large-block", piece,
                          "expected %zu bytes in use, got word 0x%llx", bytes,
                          (unsigned long long)piece->word);
    }
    return plain_check(own_of(piece), room_of(piece), fault);
}

/* The list ascends and has just the free blocks of the census. */
static int check_list(const struct heap *heap, struct block_census free,
                      struct policy_fault *fault)
{
    uint64_t before = 0;
    for (uint64_t offset = list(heap)->first; offset != 0;) {
        const struct piece *piece = piece_at(heap, offset);
        if (offset <= before || free.count-- == 0 ||
            !heap_contains(heap, piece, sizeof *piece) ||
            piece->word & IN_USE) {
            return plain_fail(fault, "free-list", piece,
                              "offset 0x%llx behind 0x%llx is no free block",
                              (unsigned long long)offset,
                              (unsigned long long)before);
        }
        free.fingerprint -= hash_of(offset);
        before = offset;
        offset = piece->next;
    }
    return free.count == 0 && free.fingerprint == 0
               ? 0
               : plain_fail(fault, "free-block-not-in-list", NULL,
                            "%zu free blocks are not in the list", free.count);
}

static int page_list_check(struct heap *heap, struct policy_fault *fault)
{
    struct block_census free = {0};
    for (size_t i = 0; i < heap->mappings.n; i++) {
        void *mapping = mapped_at(heap, i);
        size_t bytes = heap->mappings.at[i].bytes;
        bool large = bytes != HEAP_PAGE || is_large(first_of(mapping));
        if ((large ? check_large(first_of(mapping), bytes, fault)
                   : check_page(heap, mapping, &free, fault)) != 0) {
            return -1;
        }
    }
    return check_list(heap, free, fault);
}

const struct policy page_list_policy = {
    .name = "page-list",
    .summary = "blocks cut from single pages, a mapping each from a page on",
    .init = page_list_init,
    .malloc = page_list_malloc,
    .free = page_list_free,
    .realloc = page_list_realloc,
    .memalign = page_list_memalign,
    .usable_size = page_list_usable_size,
    .check = page_list_check,
    .walk = page_list_walk,
};
