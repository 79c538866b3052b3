/* The Topics page's state, shared by its files: the list (topics.c), one topic's details
 * (topic_details.c, topic_groups.c). */
#ifndef PAGE_TOPICS_H
#define PAGE_TOPICS_H

#include "page/lines.h"
#include "page/page.h"
#include "page/text_list.h"
#include "widget/listing.h"

enum { DETAILS_RECORDS_MAX = 50 };

enum details_section {
    DETAILS_RECORDS,
    DETAILS_PARTITIONS,
    DETAILS_GROUPS,
    DETAILS_CONFIGS,
    DETAILS_SECTIONS
};

struct details {
    bool is_open;
    char topic[PT_TOPIC_MAX];
    enum details_section section;
    struct pt_command place; /* of the records: is_at or is_from; neither: the newest */
    bool is_following;       /* the newest records are asked for every second */
    uint64_t describe_id, peek_id, groups_id; /* commands without an answer yet; 0: none */
    int64_t asked_ms[DETAILS_SECTIONS]; /* Unix time of the request for what is shown; 0: nothing */
    int64_t tried_ms[DETAILS_SECTIONS]; /* Unix time of the last request */
    struct lines sections[DETAILS_SECTIONS];
    struct details_place { /* of each record */
        int32_t partition;
        int64_t offset;
    } places[DETAILS_RECORDS_MAX];
    char errors[DETAILS_SECTIONS][PT_WHAT_MAX + PT_FIX_MAX + 4];
    char notes[DETAILS_SECTIONS][200]; /* such as "cut at 1 MiB" */
    struct listing lists[DETAILS_SECTIONS];
};

struct topics {
    struct listing listing;      /* of the topics section */
    char selected[PT_TOPIC_MAX]; /* ""; none */
    struct details details;
};

enum { DETAILS_HEAD_ROWS = 3 };

/* Shared by the files of the details. Whether the records begin at a place that was asked for: they
 * stay as they are. */
bool details_is_placed(const struct details *details);
/* Whether the user reads older records: they then stay as they are until the newest is selected
 * again. */
bool details_is_reading(const struct details *details);
struct text_list details_texts(const struct details *details, int section);

/* The request that the section shown waits for; 0: none. */
uint64_t details_pending(const struct details *details);

/* The consumer groups (topic_groups.c). */
enum { DETAILS_GROUPS_COLUMNS = 5 };
extern const struct column details_groups_columns[DETAILS_GROUPS_COLUMNS];
void details_take_groups(struct details *details, const struct pt_result *result);

/* Requests a topic's details and records, and again every few seconds while they are shown. */
void details_open(struct details *details, struct page_desk *desk, const char *topic);
void details_close(struct details *details);
void details_recalc(struct details *details, struct page_desk *desk, struct rect body);
void details_draw(const struct details *details, const struct page_desk *desk,
                  struct canvas *canvas, struct rect body);
extern const struct page_key details_keys[];
/* Reads the records from there, and shows them. */
void details_from(struct details *details, struct page_desk *desk, const struct pt_command *place);
bool details_act(struct details *details, struct page_desk *desk, enum action action);
struct listing *details_listing(struct details *details);
void details_title(const struct details *details, char *out, size_t cap);
/* As struct page_ops. */
const char *details_setting(const struct details *details);
bool details_record(const struct details *details, int32_t *partition, int64_t *offset);
bool details_copy(const struct details *details, FILE *out);

#endif
