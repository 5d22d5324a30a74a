namespace HybridReplica.Core

open System
open System.Runtime.InteropServices
open System.Text

/// What can be at the front of the bytes from a client. Each character of a word stands for one byte.
[<RequireQualifiedAccess>]
type MasterRequest =
    /// A request, inline or as an array. An empty line and an empty array have no words, and get no answer.
    | Words of words: string list
    /// Bytes that are no request; this is what the client is told before the connection is closed.
    | Malformed of trouble: string

// How a master reads requests, as `processInlineBuffer` and `processMultibulkBuffer` (6.0.16) do. It shares no code
// with the replica's writing of requests, so that each can be tested by the other.
module internal RequestReading =

    /// A request that was found, and where the next one begins.
    type Found = (struct (MasterRequest * int)) voption

    let private malformed trouble : Found =
        ValueSome(struct (MasterRequest.Malformed $"Protocol error: {trouble}", 0))

    // Inline requests: words between spaces, some of them in quotes (`sdssplitargs`, 6.0.16).

    let private isSpace c = Char.IsWhiteSpace c && c <= ' '

    let private isHexadecimal c = Char.IsAsciiHexDigit c

    let private meaningOf c =
        match c with
        | 'n' -> '\n'
        | 'r' -> '\r'
        | 't' -> '\t'
        | 'b' -> '\b'
        | 'a' -> '\a'
        | other -> other

    // The word in quotes that goes on here: what it says, and what is behind its closing quote.
    let rec private quoted quote word characters =
        match characters with
        | '\\' :: 'x' :: high :: low :: rest when quote = '"' && isHexadecimal high && isHexadecimal low ->
            quoted quote (char (Convert.ToInt32($"{high}{low}", 16)) :: word) rest
        | '\\' :: c :: rest when quote = '"' -> quoted quote (meaningOf c :: word) rest
        | '\\' :: '\'' :: rest when quote = '\'' -> quoted quote ('\'' :: word) rest
        | c :: next :: _ when c = quote && not (isSpace next) -> ValueNone
        | c :: rest when c = quote -> ValueSome(word, rest)
        | c :: rest -> quoted quote (c :: word) rest
        | [] -> ValueNone

    let private textOf word =
        word |> List.rev |> Array.ofList |> String

    // The words that are still to come, given those before and the letters of the one that has begun.
    let rec private split words word characters =
        match word, characters with
        | ValueNone, [] -> ValueSome(List.rev words)
        | ValueSome word, [] -> ValueSome(List.rev (textOf word :: words))
        | ValueNone, c :: rest when isSpace c -> split words ValueNone rest
        | ValueSome word, c :: rest when isSpace c -> split (textOf word :: words) ValueNone rest
        | _, (('"' | '\'') as quote) :: rest ->
            match quoted quote (ValueOption.defaultValue [] word) rest with
            | ValueSome(word, rest) -> split words (ValueSome word) rest
            | ValueNone -> ValueNone
        | _, c :: rest -> split words (ValueSome(c :: ValueOption.defaultValue [] word)) rest

    let private readInline (text: string) : Found =
        match text.IndexOf '\n' with
        | -1 -> ValueNone
        | length ->
            match split [] ValueNone (List.ofSeq (text.Substring(0, length))) with
            | ValueSome words -> ValueSome(struct (MasterRequest.Words words, length + 1))
            | ValueNone -> malformed "unbalanced quotes in request"

    // Arrays of bulk strings.

    /// A number behind its sign, up to the line end, and what is behind that.
    let private number (text: string) (start: int) =
        match text.IndexOf("\r\n", start, StringComparison.Ordinal) with
        | -1 -> ValueNone
        | stop ->
            match Int32.TryParse(text.Substring(start + 1, stop - start - 1)) with
            | true, value -> ValueSome(struct (ValueSome value, stop + 2))
            | false, _ -> ValueSome(struct (ValueNone, stop + 2))

    let rec private bulks (limit: int) (text: string) left words start : Found =
        if left <= 0 then
            ValueSome(struct (MasterRequest.Words(List.rev words), start))
        elif start >= text.Length then
            ValueNone
        elif text[start] <> '$' then
            malformed $"expected '$', got '{text[start]}'"
        else
            match number text start with
            | ValueNone -> ValueNone
            | ValueSome(ValueSome length, next) when length >= 0 && length <= limit ->
                if text.Length < next + length + 2 then
                    ValueNone
                else
                    bulks limit text (left - 1) (text.Substring(next, length) :: words) (next + length + 2)
            | ValueSome _ -> malformed "invalid bulk length"

    let private readArray limit (text: string) : Found =
        match number text 0 with
        | ValueNone -> ValueNone
        | ValueSome(ValueSome count, next) when count <= limit -> bulks limit text count [] next
        | ValueSome _ -> malformed "invalid multibulk length"

    let read limit (text: string) : Found =
        let found =
            if text.StartsWith '*' then
                readArray limit text
            else
                readInline text

        if found.IsNone && text.Length >= limit then
            malformed "too big request"
        else
            found

type MasterRequest with

    /// Most bytes of a request, as many as Redis takes of an inline one (`PROTO_INLINE_MAX_SIZE`, 6.0.16).
    static member Longest = 65536

    /// <summary>Looks for a request at the front of what a client sent.</summary>
    /// <param name="window">All that was received and not used up yet, the oldest byte first.</param>
    /// <param name="request">What was found.</param>
    /// <param name="consumed">How many bytes it used up.</param>
    /// <returns>False: more bytes are needed first.</returns>
    static member TryRead
        (window: ReadOnlySpan<byte>, [<Out>] request: byref<MasterRequest>, [<Out>] consumed: byref<int>)
        : bool =
        let seen = window.Slice(0, min MasterRequest.Longest window.Length)

        match RequestReading.read MasterRequest.Longest (Encoding.Latin1.GetString seen) with
        | ValueSome(found, used) ->
            request <- found
            consumed <- used
            true
        | ValueNone ->
            request <- MasterRequest.Words []
            consumed <- 0
            false
