namespace HybridReplica.Core

/// What cannot be in a segment, or not in that place.
[<RequireQualifiedAccess>]
type SegmentTrouble =
    /// It does not begin with SELECT.
    | NoSelect
    /// It begins with the SELECT of another database than the one in which its stream begins.
    | OtherDatabase of expected: int
    /// It begins with an annotation; servers could not cut it there (`processAnnotations`, 7.0.15).
    | AnnotationFirst
    /// There is an annotation between MULTI and EXEC.
    | AnnotationInTransaction
    /// An annotation is longer than servers read at once.
    | AnnotationTooLong
    /// An annotation of the time, without a time. It is shown without its line end.
    | BadAnnotation of line: string
    /// It is no stream, or not one that a file may hold: servers load neither lines as people type them, nor blank
    /// lines, nor commands of no words (`loadSingleAppendOnlyFile`, 7.0.15).
    | Stream of trouble: StreamTrouble
