/* The tables that drive the JSON: one row for each field of a public struct. The writer, the reader
 * and the tests walk them; nothing else knows a key.
 *
 * One number rule: an integer is written with all its digits and never goes through a double; a
 * figure is rounded to three decimals; what is unknown (PT_UNKNOWN, NAN, and a negative count) is
 * null. One time rule: RFC 3339 UTC with milliseconds, or null. An empty text is
 * null, except where the row says otherwise. */
#ifndef REPORT_FIELD_H
#define REPORT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_writer;
struct json_reader;
struct field_table;
struct field;

enum field_kind {
    FIELD_BOOL,
    FIELD_INT,     /* an integer of 1, 4 or 8 bytes */
    FIELD_REAL,    /* double or float */
    FIELD_TEXT,    /* char[] */
    FIELD_STRING,  /* const char * */
    FIELD_WORD,    /* an enumeration, by its words */
    FIELD_BITS,    /* a list of the words of those that are set */
    FIELD_OBJECT,  /* a struct within */
    FIELD_GROUP,   /* some fields of the same struct as an object of their own; no bytes itself */
    FIELD_PART,    /* the section behind a pointer; without a key its fields are the parent's */
    FIELD_ROWS,    /* an array within, of `capacity` structs, of which the count's are in use */
    FIELD_LIST,    /* an array of structs behind a pointer, and its count */
    FIELD_REFS,    /* pointers to structs: behind a pointer (capacity 0), or within */
    FIELD_NUMBERS, /* an array of float behind a pointer, and its count */
    FIELD_STRINGS, /* an array of texts behind a pointer, and its count */
    FIELD_OWN,     /* has functions of its own */
    FIELD_MADE,    /* written, but made from others: passed over when it is read */
    FIELD_HELD     /* not written: the engine's own, or told by another row */
};

enum {
    RULE_COUNT = 1,    /* a negative one is not known */
    RULE_POSITIVE = 2, /* as zero is */
    RULE_TIME = 4,     /* Unix ms */
    RULE_RATE = 8,     /* records a second: "max", "original", or a number with all its digits */
    RULE_ZERO = 16,    /* what is null is 0, not PT_UNKNOWN */
    RULE_EMPTY = 32,   /* an empty text is "" */
    RULE_NULL = 64,    /* what is null is NULL, not "" */
    RULE_LINES = 128   /* a text of several lines */
};

/* How a row of FIELD_OWN or FIELD_MADE is written and read; the value alone, not its key. */
struct field_own {
    void (*write)(struct json_writer *to, const struct field *field, const void *base);
    bool (*read)(struct json_reader *from, const struct field *field, void *base);
    void (*forget)(const struct field *field, void *base); /* nothing is known */
};

enum { FIELD_NO_COUNT = -1 };

struct field {
    const char *key; /* with its quotes and its colon; NULL none */
    enum field_kind kind;
    unsigned rules;
    bool is_signed;
    int none; /* of FIELD_WORD: what stands for null */
    size_t offset, size;
    long count_at; /* of a list: where its size_t stands; FIELD_NO_COUNT */
    size_t capacity;
    const struct field_table *table;    /* of what is within or behind */
    const char *(*word)(int value);     /* "?" behind the last one */
    bool (*is_known)(const void *base); /* NULL: always; else, when false, the value is null */
    const struct field_own *own;
};

/* All fields of one struct, or some of them that stand together. */
struct field_table {
    const char *name; /* the struct's */
    size_t size;
    const struct field *fields;
    size_t n;
};

#define FIELD_KEY(text) "\"" text "\":"
#define FIELD_MEMBER(type, member) (((struct type *)0)->member)
/* What follows from the member's type. */
#define FIELD_KIND(x)                                                                              \
    _Generic((x),                                                                                  \
        _Bool: FIELD_BOOL,                                                                         \
        double: FIELD_REAL,                                                                        \
        float: FIELD_REAL,                                                                         \
        char *: FIELD_TEXT,                                                                        \
        const char *: FIELD_STRING,                                                                \
        default: FIELD_INT)
#define FIELD_SIGNED(x)                                                                            \
    _Generic((x), signed char : true, int : true, long : true, long long : true, default : false)

#define FIELD_AT(type, member, text)                                                               \
    .key = FIELD_KEY(text), .offset = offsetof(struct type, member),                               \
    .size = sizeof FIELD_MEMBER(type, member)
/* Rows. `what` are rules; the words of an enumeration are a function. */
#define PLAIN_IF(type, member, text, what, known)                                                  \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_KIND(FIELD_MEMBER(type, member)),              \
                                      .is_signed = FIELD_SIGNED(FIELD_MEMBER(type, member)),       \
                                      .rules = (what), .is_known = (known)                         \
    }
#define PLAIN(type, member, text, what) PLAIN_IF(type, member, text, what, NULL)
/* `nothing` is what null stands for. */
#define WORD_OR(type, member, text, words, nothing)                                                \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_WORD,                                          \
                                      .is_signed = FIELD_SIGNED(FIELD_MEMBER(type, member)),       \
                                      .word = (words), .none = (nothing)                           \
    }
#define WORD(type, member, text, words) WORD_OR(type, member, text, words, 0)
#define BITS(type, member, text, words)                                                            \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_BITS, .word = (words)                          \
    }
#define OBJECT(type, member, text, fields_of, known)                                               \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_OBJECT, .table = &(fields_of),                 \
                                      .is_known = (known)                                          \
    }
#define GROUP(text, fields_of, known)                                                              \
    {                                                                                              \
        .key = FIELD_KEY(text), .kind = FIELD_GROUP, .table = &(fields_of), .is_known = (known)    \
    }
#define PART(type, member, text, fields_of)                                                        \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_PART, .table = &(fields_of)                    \
    }
#define INLINE(type, member, fields_of)                                                            \
    {                                                                                              \
        .offset = offsetof(struct type, member), .size = sizeof FIELD_MEMBER(type, member),        \
        .kind = FIELD_PART, .table = &(fields_of)                                                  \
    }
#define ROWS(type, member, count, text, fields_of)                                                 \
    {                                                                                              \
        FIELD_AT(type, member, text),                                                              \
            .kind = FIELD_ROWS, .count_at = offsetof(struct type, count),                          \
            .capacity = sizeof FIELD_MEMBER(type, member) / sizeof *FIELD_MEMBER(type, member),    \
            .table = &(fields_of)                                                                  \
    }
/* Without a count: all are there. */
#define ALL_ROWS(type, member, text, fields_of)                                                    \
    {                                                                                              \
        FIELD_AT(type, member, text),                                                              \
            .kind = FIELD_ROWS, .count_at = FIELD_NO_COUNT,                                        \
            .capacity = sizeof FIELD_MEMBER(type, member) / sizeof *FIELD_MEMBER(type, member),    \
            .table = &(fields_of)                                                                  \
    }
#define BEHIND(type, member, count, text, how, fields_of)                                          \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = (how), .count_at = offsetof(struct type, count),     \
                                      .table = (fields_of)                                         \
    }
#define LIST(type, member, count, text, fields_of)                                                 \
    BEHIND(type, member, count, text, FIELD_LIST, &(fields_of))
#define REFS(type, member, count, text, fields_of)                                                 \
    BEHIND(type, member, count, text, FIELD_REFS, &(fields_of))
/* The pointers stand in the struct itself. */
#define REFS_WITHIN(type, member, count, text, fields_of)                                          \
    {                                                                                              \
        FIELD_AT(type, member, text),                                                              \
            .kind = FIELD_REFS, .count_at = offsetof(struct type, count),                          \
            .capacity = sizeof FIELD_MEMBER(type, member) / sizeof *FIELD_MEMBER(type, member),    \
            .table = &(fields_of)                                                                  \
    }
#define NUMBERS(type, member, count, text) BEHIND(type, member, count, text, FIELD_NUMBERS, NULL)
#define STRINGS(type, member, count, text) BEHIND(type, member, count, text, FIELD_STRINGS, NULL)
/* fields_of: of the structs within, NULL none. */
#define OWN(type, member, text, how, fields_of)                                                    \
    {                                                                                              \
        FIELD_AT(type, member, text), .kind = FIELD_OWN, .own = &(how), .table = (fields_of)       \
    }
#define MADE(text, how)                                                                            \
    {                                                                                              \
        .key = FIELD_KEY(text), .kind = FIELD_MADE, .own = &(how)                                  \
    }
#define HELD(type, member)                                                                         \
    {                                                                                              \
        .offset = offsetof(struct type, member), .size = sizeof FIELD_MEMBER(type, member),        \
        .kind = FIELD_HELD                                                                         \
    }
#define TABLE(type, rows)                                                                          \
    {                                                                                              \
        .name = #type, .size = sizeof(struct type), .fields = (rows),                              \
        .n = sizeof(rows) / sizeof *(rows)                                                         \
    }

/* Where the field's value is. */
static inline const void *field_of(const struct field *field, const void *base)
{
    return (const char *)base + field->offset;
}

/* How many there are of a list; of an array within, never more than fit. */
size_t field_count(const struct field *field, const void *base);

#endif
