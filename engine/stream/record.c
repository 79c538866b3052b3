/* Writes one synthetic record: draws words from a counter-based generator, and copies fragments of
 * record_vocab.h into the caller's buffer. No allocation, no state, no library call. */
#include "stream/record.h"

#include <stdbool.h>
#include <string.h>

#include "stream/record_vocab.h"

/* ---- random words: the k-th word of a record is a function of (seed, stream, index, k) ---- */

struct dice {
    uint64_t state;
};

static inline uint64_t record_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static inline struct dice dice_of(const struct record_gen *gen, enum pt_stream_id id,
                                  uint64_t index)
{
    uint64_t stream_seed = record_mix(gen->seed + ((uint64_t)id + 1) * GOLDEN);
    return (struct dice){record_mix(stream_seed ^ (index * GOLDEN))};
}

static inline uint64_t record_roll(struct dice *dice)
{
    dice->state += GOLDEN;
    return record_mix(dice->state);
}

/* Takes the next bits of a word. */
static inline uint32_t record_take(uint64_t *word, unsigned bits)
{
    uint32_t taken = (uint32_t)(*word & ((UINT64_C(1) << bits) - 1));
    *word >>= bits;
    return taken;
}

/* Returns 0 to n - 1, from 16 bits of a word. */
static inline uint32_t record_pick(uint64_t *word, uint32_t n)
{
    return (record_take(word, 16) * n) >> 16;
}

/* ---- text: each put returns where the next one goes. A fragment is copied with its whole struct;
 * what is too much is overwritten by the next put, and the bounds below leave room for the last. */

#define PUT(p, literal) (memcpy(p, literal, sizeof(literal) - 1), (p) + sizeof(literal) - 1)

static inline char *put_quote(char *p)
{
    *p = '"';
    return p + 1;
}

static inline char *record_put16(char *p, const struct frag16 *frag)
{
    memcpy(p, frag, sizeof(*frag));
    return p + frag->len;
}

static inline char *record_put32(char *p, const struct frag32 *frag)
{
    memcpy(p, frag, sizeof(*frag));
    return p + frag->len;
}

static inline char *record_put64(char *p, const struct frag64 *frag)
{
    memcpy(p, frag, sizeof(*frag));
    return p + frag->len;
}

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

static inline char *put_two(char *p, uint32_t n)
{
    memcpy(p, two_digits + (size_t)n * 2, 2);
    return p + 2;
}

/* Writes 0 to 999, without a branch: a superfluous digit is overwritten. */
static inline char *put_small(char *p, uint32_t n)
{
    *p = (char)('0' + n / 100);
    p += n >= 100;
    *p = (char)('0' + n / 10 % 10);
    p += n >= 10;
    *p = (char)('0' + n % 10);
    return p + 1;
}

static char *put_uint(char *p, uint64_t n)
{
    unsigned digits = 1;
    for (uint64_t rest = n; rest >= 10; rest /= 10)
        digits++;
    char *end = p + digits;
    char *at = end;
    for (; n >= 100; n /= 100) {
        at -= 2;
        put_two(at, (uint32_t)(n % 100));
    }
    if (n >= 10)
        put_two(p, (uint32_t)n);
    else
        *p = (char)('0' + n);
    return end;
}

/* Writes the low bytes of a word in hex. */
static inline char *put_hex(char *p, uint64_t word, unsigned bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < bytes; i++, word >>= 8) {
        p[2 * i] = digits[(word >> 4) & 15];
        p[2 * i + 1] = digits[word & 15];
    }
    return p + (size_t)2 * bytes;
}

/* ---- pieces of records ---- */

/* Returns whether the next dirtyable value is dirty: 16 bits of the word. */
static inline bool draw_dirty(const struct record_gen *gen, uint64_t *word)
{
    return record_take(word, 16) < gen->dirty_per_64k;
}

static char *put_dirty(char *p, enum vocab_dirty_column column, struct dice *dice)
{
    return record_put64(p, &vocab_dirty[column][record_roll(dice) % VOCAB_DIRTY]);
}

static inline char *put_uuid(char *p, struct dice *dice)
{
    uint64_t high = record_roll(dice), low = record_roll(dice);
    p = put_hex(p, high, 4);
    *p++ = '-';
    p = put_hex(p, high >> 32, 2);
    *p++ = '-';
    p = put_hex(p, (high >> 48 & 0xff0f) | 0x40, 2); /* version 4 */
    *p++ = '-';
    p = put_hex(p, (low & 0xff3f) | 0x80, 2); /* variant 1 */
    *p++ = '-';
    return put_hex(p, low >> 16, 6);
}

/* Writes YYYY-MM-DD HH:MM:SS in one of n months from first. */
static inline char *put_time(char *p, uint32_t first, uint32_t n, struct dice *dice)
{
    uint64_t date = record_roll(dice), clock = record_roll(dice);
    const struct vocab_month *month = &vocab_months[first + record_pick(&date, n)];
    memcpy(p, month->text, sizeof(month->text));
    p = put_two(p + sizeof(month->text), 1 + record_pick(&date, month->days));
    *p++ = ' ';
    p = put_two(p, record_pick(&clock, 24));
    *p++ = ':';
    p = put_two(p, record_pick(&clock, 60));
    *p++ = ':';
    return put_two(p, record_pick(&clock, 60));
}

/* Writes a coordinate between two tenths of a degree, with four decimals. */
static inline char *put_degrees(char *p, int32_t low_tenths, int32_t high_tenths, uint32_t random)
{
    uint64_t span = (uint64_t)(high_tenths - low_tenths) * 1000 + 1;
    int32_t value = low_tenths * 1000 + (int32_t)((random * span) >> 32);
    uint32_t size = (uint32_t)(value < 0 ? -value : value);
    *p = '-';
    p = put_small(p + (value < 0), size / 10000);
    *p++ = '.';
    p = put_two(p, size / 100 % 100);
    return put_two(p, size % 100);
}

static inline char *put_title(char *p, const struct frag32 *subject, uint64_t *word)
{
    p = put_quote(p);
    /* The number of the list ("27 Cozy …") is always written, and half the time overwritten. */
    put_two(p, 10 + record_take(word, 6));
    p[2] = ' ';
    p += record_take(word, 1) * 3;
    p = record_put16(p, &vocab_adjectives[record_take(word, 5)]);
    p = record_put32(p, subject);
    return put_quote(record_put32(p, &vocab_tails[record_take(word, 5)]));
}

static inline char *put_description(char *p, const struct vocab_category *category,
                                    const struct frag32 *subject, uint64_t *word)
{
    const struct vocab_opener *opener = &vocab_openers[record_take(word, 4)];
    p = record_put64(put_quote(p), &opener->before);
    p = record_put32(p, subject);
    p = record_put64(p, &opener->after);
    p = record_put64(p, &category->abouts[record_take(word, 3)]);
    p = record_put16(p, &vocab_breaks[record_take(word, 3)]);
    p = record_put64(p, &vocab_remarks[record_take(word, 5)]);
    return put_quote(record_put64(p, &vocab_closers[record_take(word, 4)]));
}

static inline char *put_poster(char *p, uint64_t *word)
{
    p = record_put16(put_quote(p), &vocab_poster_heads[record_take(word, 5)]);
    return put_quote(record_put32(p, &vocab_poster_tails[record_take(word, 5)]));
}

static inline char *put_name16(char *p, const struct frag16 *name)
{
    return put_quote(record_put16(put_quote(p), name));
}

static inline char *put_name32(char *p, const struct frag32 *name)
{
    return put_quote(record_put32(put_quote(p), name));
}

/* "842", "3k", "1M": thousands are common, millions rare. */
static inline char *put_followers(char *p, uint64_t *word)
{
    uint32_t kind = record_take(word, 4);
    uint32_t limit = kind == 0 ? 9 : 999;
    p = put_small(put_quote(p), 1 + record_pick(word, limit));
    *p = kind == 0 ? 'M' : 'k';
    return put_quote(p + (kind < 10));
}

enum { TAGS_MIN = 3, TAGS_MAX = 6 };

/* An odd stride through a power of two never repeats a tag. */
static inline char *put_tags(char *p, const struct vocab_category *category, uint64_t *word)
{
    uint32_t at = record_take(word, 4), stride = record_take(word, 3) * 2 + 1;
    uint32_t n = TAGS_MIN + record_take(word, 2);
    p = put_quote(p);
    for (uint32_t i = 0; i < n; i++, at += stride) {
        p = record_put32(p, &category->tags[at % VOCAB_TAGS]);
        *p++ = ',';
    }
    return put_quote(p - 1); /* over the last comma */
}

static inline char *put_image_src(char *p, struct dice *dice)
{
    uint64_t high = record_roll(dice), low = record_roll(dice);
    p = PUT(p, "\"https://i.pinimg.com/originals/");
    for (unsigned i = 0; i < 3; i++) {
        p = put_hex(p, high >> (8 * i), 1);
        *p++ = '/';
    }
    p = put_hex(p, high, 8);
    p = put_hex(p, low, 8);
    return PUT(p, ".jpg\"");
}

/* ---- the three records. Their longest forms, to hold RECORD_MAX_BYTES at compile time ---- */

enum {
    KEYS_MAX = 320, /* names, quotes, punctuation, an index */
    TITLE_MAX = 3 + 15 + 31 + 31,
    DESCRIPTION_MAX = 63 + 31 + 63 + 63 + 15 + 63 + 63,
    POSTER_MAX = 15 + 31 + 4,
    TAG_LIST_MAX = TAGS_MAX * (31 + 1),
    LINKS_MAX = 36 + 128 + 31, /* uuid, image_src, kind of media */
    SPILL_MAX = sizeof(struct frag64),
};
_Static_assert(KEYS_MAX + TITLE_MAX + DESCRIPTION_MAX + POSTER_MAX + TAG_LIST_MAX + LINKS_MAX +
                       2 * 15 + SPILL_MAX <=
                   RECORD_MAX_BYTES,
               "the longest pin fits");

static char *write_pin(const struct record_gen *gen, struct dice *dice, char *p)
{
    uint64_t texts = record_roll(dice), who = record_roll(dice), dirty = record_roll(dice),
             media = record_roll(dice);
    const struct vocab_category *category =
        &vocab_categories[record_pick(&media, VOCAB_CATEGORIES)];
    const struct frag32 *subject = &category->subjects[record_take(&texts, 4)];

    p = PUT(p, ",\"unique_id\":\"");
    p = put_uuid(p, dice);
    p = PUT(p, "\",\"title\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_TITLE, dice) : put_title(p, subject, &texts);
    p = PUT(p, ",\"description\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_DESCRIPTION, dice)
                                : put_description(p, category, subject, &texts);
    p = PUT(p, ",\"poster_name\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_POSTER_NAME, dice) : put_poster(p, &who);
    p = PUT(p, ",\"follower_count\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_FOLLOWER_COUNT, dice) : put_followers(p, &who);
    dirty = record_roll(dice); /* a word has four draws */
    p = PUT(p, ",\"tag_list\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_TAG_LIST, dice) : put_tags(p, category, &who);
    p = PUT(p, ",\"is_image_or_video\":\"");
    p = record_put32(p, &vocab_media[record_take(&media, 3)]);
    p = PUT(p, "\",\"image_src\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_IMAGE_SRC, dice) : put_image_src(p, dice);
    p = PUT(p, ",\"downloaded\":");
    *p++ = (char)('0' + (record_take(&media, 4) != 0)); /* most are */
    p = PUT(p, ",\"save_location\":\"Local save in /data/");
    p = record_put16(p, &category->name);
    p = PUT(p, "\",\"category\":\"");
    p = record_put16(p, &category->name);
    return PUT(p, "\"}");
}

static char *write_geo(const struct record_gen *gen, struct dice *dice, char *p)
{
    uint64_t word = record_roll(dice), where = record_roll(dice);
    const struct vocab_box *box = &vocab_boxes[record_pick(&word, VOCAB_BOXES)];

    /* Posts are younger than the user's account. */
    p = PUT(p, ",\"timestamp\":\"");
    p = put_time(p, VOCAB_MONTHS_JOINED, VOCAB_MONTHS - VOCAB_MONTHS_JOINED, dice);
    p = PUT(p, "\",\"latitude\":");
    p = put_degrees(p, box->south, box->north, (uint32_t)where);
    p = PUT(p, ",\"longitude\":");
    p = put_degrees(p, box->west, box->east, (uint32_t)(where >> 32));
    p = PUT(p, ",\"country\":");
    p = draw_dirty(gen, &word) ? put_dirty(p, DIRTY_NAMELESS, dice) : put_name32(p, &box->country);
    *p++ = '}';
    return p;
}

static char *write_user(const struct record_gen *gen, struct dice *dice, char *p)
{
    uint64_t word = record_roll(dice), dirty = record_roll(dice);
    const struct frag16 *first_name = &vocab_first_names[record_take(&word, 7)];
    const struct frag16 *last_name = &vocab_last_names[record_take(&word, 7)];
    uint32_t years = record_take(&word, 6), other_years = record_take(&word, 6);

    p = PUT(p, ",\"first_name\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_NAMELESS, dice) : put_name16(p, first_name);
    p = PUT(p, ",\"last_name\":");
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_NAMELESS, dice) : put_name16(p, last_name);
    p = PUT(p, ",\"age\":");
    /* 18 to 81, the young more often. */
    p = draw_dirty(gen, &dirty) ? put_dirty(p, DIRTY_NUMBER, dice)
                                : put_two(p, 18 + (years < other_years ? years : other_years));
    p = PUT(p, ",\"date_joined\":\"");
    p = put_time(p, 0, VOCAB_MONTHS_JOINED, dice);
    return PUT(p, "\"}");
}

size_t record_write(const struct record_gen *gen, enum pt_stream_id id, uint64_t index, char *out)
{
    struct dice dice = dice_of(gen, id, index);
    if (id == PT_PIN) {
        char *p = put_uint(PUT(out, "{\"index\":"), index);
        return (size_t)(write_pin(gen, &dice, p) - out);
    }
    char *p = put_uint(PUT(out, "{\"ind\":"), index);
    return (size_t)((id == PT_GEO ? write_geo : write_user)(gen, &dice, p) - out);
}

void record_gen_init(struct record_gen *gen, uint64_t seed, double dirty_pct)
{
    gen->seed = seed;
    gen->dirty_per_64k = (uint32_t)(dirty_pct * 65536 / 100 + 0.5);
}

const char *const *record_columns(enum pt_stream_id id, size_t *n)
{
    static const char *const pin[] = {"index",       "unique_id",         "title",
                                      "description", "poster_name",       "follower_count",
                                      "tag_list",    "is_image_or_video", "image_src",
                                      "downloaded",  "save_location",     "category"};
    static const char *const geo[] = {"ind", "timestamp", "latitude", "longitude", "country"};
    static const char *const user[] = {"ind", "first_name", "last_name", "age", "date_joined"};
    switch (id) {
    case PT_PIN:
        *n = sizeof(pin) / sizeof(pin[0]);
        return pin;
    case PT_GEO:
        *n = sizeof(geo) / sizeof(geo[0]);
        return geo;
    default:
        *n = sizeof(user) / sizeof(user[0]);
        return user;
    }
}
