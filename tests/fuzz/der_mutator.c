/* SPDX-License-Identifier: MIT */
#include "der_mutator.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENTS_MAX 512
#define DEPTH_MAX 16
#define ROOM 16384

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* One element: where it begins, its header, its value; which one it lies in. */
struct element {
    size_t at, header, len;
    int parent;
    size_t lead; /* bytes of the value before the first inner element: 1 in a BIT STRING */
    bool holds;  /* has elements inside */
};

struct tree {
    struct element element[ELEMENTS_MAX];
    int count;
};

/* Reads a header; false where there is none, or the value is longer than what is left. */
static bool read_header(const uint8_t *data, size_t left, size_t *header, size_t *len) {
    if (left < 2 || (data[0] & 0x1F) == 0x1F) {
        return false;
    }
    size_t bytes = data[1] < 0x80 ? 0 : data[1] & 0x7F;
    if (bytes > 3 || (data[1] == 0x80) || left < 2 + bytes) {
        return false;
    }
    *header = 2 + bytes;
    *len = bytes == 0 ? data[1] : 0;
    for (size_t i = 0; i < bytes; i++) {
        *len = *len << 8 | data[2 + i];
    }
    return *len <= left - *header;
}

static bool read_all(struct tree *tree, const uint8_t *data, size_t from, size_t to, int parent,
                     int depth);

/* What lies inside: always in a constructed one; in strings where it is DER to the end. */
static void read_inside(struct tree *tree, const uint8_t *data, int index, int depth) {
    struct element *element = &tree->element[index];
    uint8_t tag = data[element->at];
    size_t from = element->at + element->header, to = from + element->len;
    int count = tree->count;

    if (depth == DEPTH_MAX || element->len < 2 ||
        ((tag & 0x20) == 0 && tag != 0x03 && tag != 0x04)) {
        return;
    }
    element->lead = tag == 0x03 ? 1 : 0;
    element->holds = read_all(tree, data, from + element->lead, to, index, depth + 1);
    if (!element->holds) {
        tree->count = count;
        element->lead = 0;
    }
}

/* The elements that fill data from and to; false where they do not. */
static bool read_all(struct tree *tree, const uint8_t *data, size_t from, size_t to, int parent,
                     int depth) {
    while (from < to) {
        size_t header, len;
        if (tree->count == ELEMENTS_MAX || !read_header(data + from, to - from, &header, &len)) {
            return false;
        }
        int index = tree->count++;
        tree->element[index] =
            (struct element){.at = from, .header = header, .len = len, .parent = parent};
        read_inside(tree, data, index, depth);
        from += header + len;
    }
    return true;
}

static size_t write_header(uint8_t *out, uint8_t tag, size_t len) {
    size_t bytes = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : 3;

    out[0] = tag;
    out[1] = (uint8_t)(bytes == 0 ? len : 0x80 | bytes);
    for (size_t i = 0; i < bytes; i++) {
        out[2 + i] = (uint8_t)(len >> 8 * (bytes - 1 - i));
    }
    return 2 + bytes;
}

/* Puts an element together again, with what stands for the one that is changed; its length. */
static size_t write_element(const struct tree *tree, const uint8_t *data, int index, int changed,
                            const uint8_t *instead, size_t instead_len, uint8_t *out, size_t room) {
    const struct element *element = &tree->element[index];
    uint8_t value[ROOM];
    size_t len = 0;

    if (index == changed) {
        if (instead_len <= room) {
            memcpy(out, instead, instead_len);
        }
        return instead_len;
    }
    if (!element->holds) {
        len = element->header + element->len;
        if (len <= room) {
            memcpy(out, data + element->at, len);
        }
        return len;
    }
    memcpy(value, data + element->at + element->header, element->lead);
    len = element->lead;
    for (int i = index + 1; i < tree->count && len < ROOM; i++) {
        if (tree->element[i].parent == index) {
            len += write_element(tree, data, i, changed, instead, instead_len, value + len,
                                 ROOM - len);
        }
    }
    if (len > ROOM || len + 5 > room) {
        return room + 1;
    }
    size_t header = write_header(out, data[element->at], len);
    memcpy(out + header, value, len);
    return header + len;
}

/* What is to stand for the element: at most room bytes. */
static size_t change(const struct tree *tree, const uint8_t *data, int index, unsigned seed,
                     uint8_t *out, size_t room) {
    const struct element *element = &tree->element[index];
    const struct element *other = &tree->element[seed / 64 % (unsigned)tree->count];
    const uint8_t *whole = data + element->at;
    size_t len = element->header + element->len, other_len = other->header + other->len;
    uint8_t value[ROOM];

    switch (seed % 8) {
    case 0: /* left out */
        return 0;
    case 1: /* twice */
        if (2 * len > room) {
            return len;
        }
        memcpy(out, whole, len);
        memcpy(out + len, whole, len);
        return 2 * len;
    case 2: /* another one in its place */
        if (other_len > room) {
            return 0;
        }
        memcpy(out, data + other->at, other_len);
        return other_len;
    case 3: /* another tag */
        memcpy(out, whole, len);
        out[0] = (uint8_t)(seed / 8);
        return len;
    case 4: /* empty */
        return write_header(out, whole[0], 0);
    default: /* another value */
        memcpy(value, whole + element->header, element->len);
        size_t more = element->len < 1024 ? 2048 : element->len;
        size_t got = LLVMFuzzerMutate(value, element->len, more);
        size_t header = write_header(out, whole[0], got);
        memcpy(out + header, value, got);
        return header + got;
    }
}

size_t der_mutate(uint8_t *data, size_t size, size_t max, unsigned seed) {
    static struct tree tree;
    static uint8_t instead[ROOM], out[ROOM];
    size_t header, len;

    if (size > ROOM / 4 || !read_header(data, size, &header, &len)) {
        return size;
    }
    size_t first = header + len;
    tree.count = 0;
    (void)read_all(&tree, data, 0, first, -1, 0);
    if (tree.count == 0) {
        return size;
    }
    int index = (int)(seed / 512 % (unsigned)tree.count);
    size_t instead_len = change(&tree, data, index, seed, instead, sizeof instead / 2);
    size_t made = write_element(&tree, data, 0, index, instead, instead_len, out, sizeof out);
    if (made > sizeof out || made + (size - first) > max || made + (size - first) == 0) {
        return size;
    }
    memmove(data + made, data + first, size - first);
    memcpy(data, out, made);
    return made + (size - first);
}
