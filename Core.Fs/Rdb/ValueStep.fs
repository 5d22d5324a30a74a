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
    /// A length that may stand for none, with all its bits set: `Number`, then -1.
    | OptionalLength = 3
    /// Two lengths: `Number`, `Second`; or an id.
    | LengthPair = 4
    /// Three lengths: `Number`, `Second`, `Third`.
    | LengthTriple = 5
    /// Four bytes, the lowest first: `Number`.
    | Fixed32 = 6
    /// Eight bytes, the lowest first: `Number`, or `Score`.
    | Fixed64 = 7
    /// An id of a stream in sixteen bytes, the highest first.
    | RawId = 8
    /// An entry that waits for its acknowledgment: an id in sixteen bytes, a time in eight, a length.
    | Pending = 9
    /// A score in text form.
    | ScoreText = 10
    /// A length: how many times the steps up to the matching `Again` are taken.
    | Repeat = 11
    /// The end of what is repeated.
    | Again = 12
    /// A string that holds a packed container: elements, or pairs.
    | Container = 13
    /// The same, but of a field, its value, and its expiry each.
    | Triples = 14
    /// A node of a list: what it is, and a string.
    | ListNode = 15
    /// A node of a stream: the id it counts from, and its entries in a listpack.
    | StreamNode = 16
    /// Eight bytes that all field expiries of the hash are counted from.
    | ExpiryBase = 17
    /// A length: when the next field expires, counted from the base, or zero: never.
    | ExpiryAfterBase = 18
    /// A length: when the next field expires, or zero: never.
    | ExpiryAt = 19
    /// Eight bytes: when the field before expires, or -1: never.
    | ExpiryBehind = 20
    /// Nothing is read: it is said when the field expires, if it does.
    | TellExpiry = 21
    /// How many elements an array has, and where the next is inserted, if that is known. They are repeated.
    | ArrayHead = 22
    /// An element of an array: its index, what it is, and its value.
    | ArrayElement = 23
    /// What a module keeps beside the keys: its id, and when it was saved.
    | ModuleAuxiliary = 24
    /// The items of a module, up to their end.
    | ModuleItems = 25
    /// The end.
    | Done = 26

/// One step: what is read, and what it is called.
[<Struct>]
type internal ValueStep =
    {
        Kind: StepKind
        Token: RdbTokenKind
        /// How far the other end of a repetition is away; of a container: which.
        Detail: int
    }
