namespace HybridReplica.Core

open System
open System.Globalization

/// A word of a command that is built anew.
[<RequireQualifiedAccess>]
type RewrittenWord =
    /// The word that has this number in the original, as it is.
    | Kept of index: int
    /// Another one.
    | Text of text: string

/// Masters up to 6.2 send the time that a key has left as the client gave it, and only their own append-only file gets
/// the time at which it is over (`catAppendOnlyExpireAtCommand`, 6.2.6). What was archived from them has to be
/// rewritten before a server loads it, or each key lives on as if it had been written then. Since 7.0 the stream has
/// nothing but absolute times.
///
/// Scripts that masters up to 4.0 send as they are (`EVAL`) are not looked into: what they set expires late.
[<RequireQualifiedAccess>]
module ExpiryRewriting =

    /// The length in bytes up to which a word may mean something here: a name, an option or a number.
    [<Literal>]
    let LongestWord = 20

    let private is (name: string) (word: string) =
        name.Equals(word, StringComparison.OrdinalIgnoreCase)

    let private isAny (names: string list) (word: string) =
        List.exists (fun name -> is name word) names

    /// Whether a command of that name may have to be rewritten.
    [<CompiledName "IsCandidate">]
    let isCandidate (name: ReadOnlySpan<byte>) : bool =
        match name.Length with
        | 3 -> Text.Ascii.EqualsIgnoreCase(name, "SET")
        | 5 ->
            Text.Ascii.EqualsIgnoreCase(name, "SETEX")
            || Text.Ascii.EqualsIgnoreCase(name, "GETEX")
        | 6 ->
            Text.Ascii.EqualsIgnoreCase(name, "EXPIRE")
            || Text.Ascii.EqualsIgnoreCase(name, "PSETEX")
        | 7 ->
            Text.Ascii.EqualsIgnoreCase(name, "PEXPIRE")
            || Text.Ascii.EqualsIgnoreCase(name, "RESTORE")
        | 14 -> Text.Ascii.EqualsIgnoreCase(name, "RESTORE-ASKING")
        | _ -> false

    // Old servers allow a plus and leading zeros (`getLongLongFromObject`, 2.8.24), which new ones do not.
    let private tryNumber (text: string) : int64 voption =
        let digits =
            text.AsSpan(if text.StartsWith '+' || text.StartsWith '-' then 1 else 0)

        let isNumber = digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0

        match Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, number when isNumber -> ValueSome number
        | _ -> ValueNone

    // When a time is over that began then, in milliseconds of unix time. None: no server makes anything of it.
    let private tryEnd (receivedAt: int64) (milliseconds: int64) (text: string) : string voption =
        match tryNumber text with
        | ValueSome number ->
            // A decimal holds what 64 bits do not.
            let ended = decimal receivedAt + decimal number * decimal milliseconds

            if ended > 0m && ended <= decimal Int64.MaxValue then
                ValueSome(ended.ToString CultureInfo.InvariantCulture)
            else
                ValueNone
        | ValueNone -> ValueNone

    // The same, where a server takes only what is still to come.
    let private tryLaterEnd (receivedAt: int64) (milliseconds: int64) (text: string) : string voption =
        match tryNumber text with
        | ValueSome number when number > 0L -> tryEnd receivedAt milliseconds text
        | _ -> ValueNone

    let private kept (words: (int * string) list) =
        words |> List.map (fun (index, _) -> RewrittenWord.Kept index)

    // EXPIRE, PEXPIRE. The options are those of 7.0.
    let private expire receivedAt milliseconds words =
        match words with
        | _ :: key :: (_, time) :: options when options |> List.forall (snd >> isAny [ "NX"; "XX"; "GT"; "LT" ]) ->
            tryEnd receivedAt milliseconds time
            |> ValueOption.map (fun ended ->
                RewrittenWord.Text "PEXPIREAT" :: kept [ key ]
                @ RewrittenWord.Text ended :: kept options)
        | _ -> ValueNone

    // SETEX, PSETEX.
    let private setFor receivedAt milliseconds words =
        match words with
        | [ _; key; (_, time); value ] ->
            tryLaterEnd receivedAt milliseconds time
            |> ValueOption.map (fun ended ->
                RewrittenWord.Text "SET" :: kept [ key; value ]
                @ [ RewrittenWord.Text "PXAT"; RewrittenWord.Text ended ])
        | _ -> ValueNone

    // The options of SET and GETEX. Those that say something else of the expiry exclude one that is relative.
    let private withEnd receivedAt plain (front: (int * string) list) (options: (int * string) list) =
        let isPlain (_, option) = isAny plain option
        let before = List.takeWhile isPlain options

        match List.skip before.Length options with
        | (_, unit) :: (_, time) :: behind when isAny [ "EX"; "PX" ] unit && List.forall isPlain behind ->
            tryLaterEnd receivedAt (if is "EX" unit then 1000L else 1L) time
            |> ValueOption.map (fun ended ->
                kept (front @ before)
                @ RewrittenWord.Text "PXAT" :: RewrittenWord.Text ended :: kept behind)
        | _ -> ValueNone

    let rec private areRestoreOptions (options: (int * string) list) =
        match options with
        | [] -> true
        | (_, option) :: rest when is "REPLACE" option -> areRestoreOptions rest
        | (_, option) :: (_, number) :: rest when isAny [ "IDLETIME"; "FREQ" ] option ->
            ValueOption.isSome (tryNumber number) && areRestoreOptions rest
        | _ -> false

    let private restore receivedAt words =
        match words with
        | name :: key :: (_, time) :: payload :: options when areRestoreOptions options ->
            tryLaterEnd receivedAt 1L time
            |> ValueOption.map (fun ended ->
                kept [ name; key ]
                @ RewrittenWord.Text ended :: kept (payload :: options)
                @ [ RewrittenWord.Text "ABSTTL" ])
        | _ -> ValueNone

    /// The command with the time at which the key expires, if it says how long the key lives. None: it is fine as it
    /// is, or no server makes anything of it.
    ///
    /// `receivedAt` is when it was received, in milliseconds of unix time. The words have one character for each byte;
    /// one that is longer than `LongestWord` is empty here.
    [<CompiledName "TryRewrite">]
    let tryRewrite (receivedAt: int64) (words: string seq) : RewrittenWord list voption =
        match List.indexed (List.ofSeq words) with
        | (_, name) :: _ as words when is "EXPIRE" name -> expire receivedAt 1000L words
        | (_, name) :: _ as words when is "PEXPIRE" name -> expire receivedAt 1L words
        | (_, name) :: _ as words when is "SETEX" name -> setFor receivedAt 1000L words
        | (_, name) :: _ as words when is "PSETEX" name -> setFor receivedAt 1L words
        | (_, name) as first :: key :: value :: options when is "SET" name ->
            withEnd receivedAt [ "NX"; "XX"; "GET" ] [ first; key; value ] options
        | (_, name) as first :: key :: options when is "GETEX" name -> withEnd receivedAt [] [ first; key ] options
        | (_, name) :: _ as words when isAny [ "RESTORE"; "RESTORE-ASKING" ] name -> restore receivedAt words
        | _ -> ValueNone

    let private major (version: string) =
        match Int32.TryParse((version.Split '.')[0], NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, number -> ValueSome number
        | false, _ -> ValueNone

    /// Whether what came behind a base has to be rewritten, by the first bytes of the base (`Limits.AuxiliaryFields` of
    /// them are enough). They name the server that saved it; where they do not, the format tells.
    ///
    /// A server of 7.0 that is itself the replica of an older one hands on what that one sends: nothing in the base
    /// tells so.
    [<CompiledName "IsNeeded">]
    let isNeeded (head: byte[]) : bool =
        match RdbVersion.TryRead(ReadOnlySpan head) with
        | ValueSome version when version.Vendor = RdbVendor.Redis ->
            match AuxiliaryFields.find "redis-ver" head with
            | AuxiliaryField.Value text ->
                match major text with
                | ValueSome number -> number < 7
                | ValueNone -> version.Number < 10
            | _ -> version.Number < 10
        | _ -> false
