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

    let private readInline (text: string) : Found =
        match text.IndexOf '\n' with
        | -1 -> ValueNone
        | length ->
            match InlineWords.split (text.Substring(0, length)) with
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
