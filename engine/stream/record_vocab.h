/* The words of synthetic records. This is only the text; record.c puts it together.
 *
 * Every fragment is ready to be copied into a JSON string: quotes, backslashes and line ends are
 * escaped in the table, everything else is unchanged UTF-8. Text and length share one struct of a
 * round size, so that a copy is a few fixed moves and never a call. A fragment that does not fit
 * its struct does not compile.
 *
 * A record is a function of (seed, index) and of these tables: a changed table changes the
 * records of a seed. */
#ifndef STREAM_RECORD_VOCAB_H
#define STREAM_RECORD_VOCAB_H

#include <stdint.h>

struct frag16 {
    char text[15];
    uint8_t len;
};
struct frag32 {
    char text[31];
    uint8_t len;
};
struct frag64 {
    char text[63];
    uint8_t len;
};

#define FRAG(s)                                                                                    \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }

/* Sizes are powers of two where a few bits of a random word choose the entry. */
enum {
    VOCAB_CATEGORIES = 13,
    VOCAB_SUBJECTS = 16, /* of each category */
    VOCAB_TAGS = 16,
    VOCAB_ABOUTS = 8,
    VOCAB_ADJECTIVES = 32,
    VOCAB_TAILS = 32,
    VOCAB_OPENERS = 16,
    VOCAB_BREAKS = 8,
    VOCAB_REMARKS = 32,
    VOCAB_CLOSERS = 16,
    VOCAB_POSTERS = 32,
    VOCAB_MEDIA = 8,
    VOCAB_DIRTY = 4,
    VOCAB_NAMES = 128,
};

/* A post's category, with the words that belong to it only. */
struct vocab_category {
    struct frag16 name;                     /* also the directory of save_location */
    struct frag32 subjects[VOCAB_SUBJECTS]; /* a plural, lower case */
    struct frag32 tags[VOCAB_TAGS];         /* no commas: tag_list is joined by them */
    struct frag64 abouts[VOCAB_ABOUTS];     /* a sentence */
};
extern const struct vocab_category vocab_categories[VOCAB_CATEGORIES];

/* A title is [number] adjective subject tail. */
extern const struct frag16 vocab_adjectives[VOCAB_ADJECTIVES];
extern const struct frag32 vocab_tails[VOCAB_TAILS];

/* A description is before subject after, about, break, remark, closer. */
struct vocab_opener {
    struct frag64 before, after;
};
extern const struct vocab_opener vocab_openers[VOCAB_OPENERS];
extern const struct frag16 vocab_breaks[VOCAB_BREAKS];
extern const struct frag64 vocab_remarks[VOCAB_REMARKS];
extern const struct frag64 vocab_closers[VOCAB_CLOSERS];

/* A poster's name is head and tail. */
extern const struct frag16 vocab_poster_heads[VOCAB_POSTERS];
extern const struct frag32 vocab_poster_tails[VOCAB_POSTERS];

/* is_image_or_video, in the frequencies of the original data. */
extern const struct frag32 vocab_media[VOCAB_MEDIA];

/* The value of a dirty column: the whole JSON value, including quotes. */
enum vocab_dirty_column {
    DIRTY_TITLE,
    DIRTY_DESCRIPTION,
    DIRTY_POSTER_NAME,
    DIRTY_FOLLOWER_COUNT,
    DIRTY_TAG_LIST,
    DIRTY_IMAGE_SRC,
    DIRTY_NAMELESS, /* country, first_name, last_name */
    DIRTY_NUMBER,   /* age */
    DIRTY_COLUMNS
};
extern const struct frag64 vocab_dirty[DIRTY_COLUMNS][VOCAB_DIRTY];

/* People. */
extern const struct frag16 vocab_first_names[VOCAB_NAMES];
extern const struct frag16 vocab_last_names[VOCAB_NAMES];

/* A box of coordinates that lies entirely on the land of its country, in tenths of a degree. Big
 * countries have two. */
struct vocab_box {
    struct frag32 country;
    int16_t south, north, west, east;
};
enum { VOCAB_BOXES = 91 };
extern const struct vocab_box vocab_boxes[VOCAB_BOXES];

/* The months of 2015 to 2022. */
struct vocab_month {
    char text[8]; /* "2015-01-", not terminated */
    uint8_t days;
};
enum { VOCAB_MONTHS = 96, VOCAB_MONTHS_JOINED = 36 /* users joined in these first ones */ };
extern const struct vocab_month vocab_months[VOCAB_MONTHS];

#endif
