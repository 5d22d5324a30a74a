namespace HybridReplica.Core

/// What is read next of a value. A value is a list of such steps.
[<RequireQualifiedAccess>]
type internal StepKind =
    /// A string: a text.
    | Text = 0
    /// A string that is never handed out in parts: a text.
    | WholeText = 1
    /// A length: `Number`.
    | Length = 2
    /// Two lengths: `Number`, `Second`; or an id.
    | LengthPair = 3
    /// Three lengths: `Number`, `Second`, `Third`.
    | LengthTriple = 4
    /// Eight bytes, the lowest first: `Number`.
    | Fixed64 = 5
    /// An id of a stream in sixteen bytes, the highest first.
    | RawId = 6
    /// An entry that waits for its acknowledgment: an id in sixteen bytes, a time in eight, a length.
    | Pending = 7
    /// A score in text form (`rdbLoadDoubleValue`, 7.0.15).
    | ScoreText = 8
    /// A length: how many times the steps up to the matching `Again` are taken.
    | Repeat = 9
    /// The end of what is repeated.
    | Again = 10
    /// A string that holds a packed container.
    | Container = 11
    /// A node of a list: what it is, and a string.
    | ListNode = 12
    /// A node of a stream: its id, and its entries in a listpack.
    | StreamNode = 13
    /// Eight bytes that all field expiries of the hash are counted from.
    | ExpiryBase = 14
    /// A length: when the next field expires, counted from the base, or zero: never.
    | ExpiryAfterBase = 15
    /// A length: when the next field expires, or zero: never.
    | ExpiryAt = 16
    /// Eight bytes: when the field before expires, or -1: never.
    | ExpiryBehind = 17
    /// Says when the field expires, if it does.
    | TellExpiry = 18
    /// An element of an array: its index, what it is, and its value.
    | ArrayElement = 19
    /// A length that decides whether the next length is there: where the next element is inserted.
    | ArrayCursor = 20
    /// A length that must be followed by items up to an end: the id of the module.
    | Module = 21
    /// The items of a module, up to their end.
    | ModuleItems = 22
    /// A number in four bytes.
    | Fixed32 = 23
    /// The end.
    | Done = 24

/// One step: what is read, and what it is called. `Count` is how far the matching step of a repetition is away, or what
/// a container is.
[<Struct>]
type internal ValueStep =
    {
        Kind: StepKind
        Token: RdbTokenKind
        Count: int
    }
