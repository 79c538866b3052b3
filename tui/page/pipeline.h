/* The pipeline as a picture in one row: generated ══> delivered ══> in topic ─✗ FAILED 29,012─>
 * committed ──> newest object. What is well is quiet; the joint that the verdict is about says so
 * by a sign, its word and its colour. */
#ifndef PAGE_PIPELINE_H
#define PAGE_PIPELINE_H

#include <stdbool.h>

#include "page/desk.h"
#include "term/canvas.h"

enum { PIPELINE_JOINTS = 4, PIPELINE_COLS_MIN = 80 };

/* How records pass from one figure to the next. */
enum joint_state {
    JOINT_UNKNOWN,
    JOINT_IDLE, /* nothing passes, and nobody says that it should */
    JOINT_FLOWS,
    JOINT_WARNS, /* a stream waits, is held or has an error, though the verdict names another place
                  */
    JOINT_TROUBLE, /* the pipeline's verdict is about this joint */
};

struct joint {
    enum joint_state state;
    enum pt_verdict verdict; /* of JOINT_TROUBLE */
    int64_t gap;             /* records between both figures; PT_UNKNOWN */
};

/* The joints after generated, delivered, in topic and committed. */
void pipeline_joints(const struct page_desk *desk, struct joint joints[PIPELINE_JOINTS]);
/* Draws the picture over the row. The row stays as it is when it is narrower than
 * PIPELINE_COLS_MIN, and when there are no streams. */
void pipeline_draw(const struct page_desk *desk, struct canvas *canvas, struct rect row);

#endif
