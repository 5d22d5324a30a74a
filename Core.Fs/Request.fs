namespace HybridReplica.Core

open System.Text

/// One thing to settle before data is asked for. SYNC is not among them: it is what remains when all is settled.
[<RequireQualifiedAccess>]
type Step =
    /// PING: is anybody there, and does it speak RESP?
    | Ping
    /// AUTH.
    | Auth
    /// `REPLCONF listening-port`.
    | ListeningPort
    /// `REPLCONF ip-address`.
    | AnnouncedAddress
    /// `REPLCONF capa eof capa psync2`.
    | Capabilities
    /// `REPLCONF version`.
    | AnnouncedVersion
    /// `REPLCONF rdb-only 1`.
    | RdbOnly
    /// `REPLCONF rdb-filter-only ""`.
    | FilterAll
    /// PSYNC.
    | Psync

    /// The name used in transcripts, logs and tables.
    override this.ToString() =
        match this with
        | Ping -> "ping"
        | Auth -> "auth"
        | ListeningPort -> "listening-port"
        | AnnouncedAddress -> "ip-address"
        | Capabilities -> "capa"
        | AnnouncedVersion -> "version"
        | RdbOnly -> "rdb-only"
        | FilterAll -> "rdb-filter-only"
        | Psync -> "psync"

    /// All steps, in the order in which they are taken.
    static member All =
        [
            Ping
            Auth
            ListeningPort
            AnnouncedAddress
            Capabilities
            AnnouncedVersion
            RdbOnly
            FilterAll
            Psync
        ]

/// Something to ask of a master.
[<RequireQualifiedAccess>]
type Request =
    | Ping
    | Auth of Credentials
    | ListeningPort of port: int
    | AnnouncedAddress of address: string
    | Capabilities
    | AnnouncedVersion of version: string
    | RdbOnly
    /// A snapshot with nothing in it but its head.
    | FilterAll
    /// None asks for a snapshot: `PSYNC ? -1`.
    | Psync of from: Position voption
    | Sync
    /// So much was applied and, if that is known, so much of it is on disk. There is no reply.
    | Ack of applied: Offset * durable: Offset voption
    /// A sign of life, and nothing else (`replicationSendNewlineToMaster`, 6.0.16). There is no reply.
    | Newline

/// How a request is written. Redis 2.6 types its requests like a person at telnet; later replicas send RESP arrays, but
/// type SYNC to this day.
[<RequireQualifiedAccess>]
type WireForm =
    /// Words joined by single spaces.
    | Inline
    /// A RESP array of bulk strings.
    | Array

/// Requests as words, as text for people and as bytes.
[<RequireQualifiedAccess>]
module RequestEncoding =

    // Every character stands for one byte.
    let private latin1OfText (text: string) =
        Encoding.Latin1.GetString(Encoding.UTF8.GetBytes text)

    let private auth (password: string) (credentials: Credentials) =
        [
            "AUTH"
            yield! credentials.User |> ValueOption.map latin1OfText |> ValueOption.toList
            password
        ]

    let private words password request =
        match request with
        | Request.Ping -> [ "PING" ]
        | Request.Auth credentials -> auth (password credentials) credentials
        | Request.ListeningPort port -> [ "REPLCONF"; "listening-port"; string port ]
        | Request.AnnouncedAddress address -> [ "REPLCONF"; "ip-address"; latin1OfText address ]
        | Request.Capabilities -> [ "REPLCONF"; "capa"; "eof"; "capa"; "psync2" ]
        | Request.AnnouncedVersion version -> [ "REPLCONF"; "version"; latin1OfText version ]
        | Request.RdbOnly -> [ "REPLCONF"; "rdb-only"; "1" ]
        | Request.FilterAll -> [ "REPLCONF"; "rdb-filter-only"; "" ]
        | Request.Psync ValueNone -> [ "PSYNC"; "?"; "-1" ]
        | Request.Psync(ValueSome position) ->
            // The master wants to be told the first byte that is missing.
            [ "PSYNC"; position.Id.Text; string (position.Offset.Bytes + 1L) ]
        | Request.Sync -> [ "SYNC" ]
        | Request.Ack(applied, ValueNone) -> [ "REPLCONF"; "ACK"; string applied ]
        | Request.Ack(applied, ValueSome durable) -> [ "REPLCONF"; "ACK"; string applied; "FACK"; string durable ]
        | Request.Newline -> []

    let private bulk (word: string) = $"${word.Length}\r\n{word}\r\n"

    let private frame form words =
        match form with
        | WireForm.Inline -> String.concat " " words + "\r\n"
        | WireForm.Array -> $"*{List.length words}\r\n" + String.concat "" (List.map bulk words)

    /// The request as people write it, the password hidden.
    [<CompiledName "Show">]
    let show (request: Request) : string =
        let shown word = if word = "" then "\"\"" else word

        match request with
        | Request.Newline -> "newline"
        | other ->
            words (fun credentials -> credentials.Password.ToString()) other
            |> List.map shown
            |> String.concat " "

    /// The bytes to send.
    [<CompiledName "Encode">]
    let encode (form: WireForm, request: Request) : byte[] =
        match request with
        | Request.Newline -> "\n"B
        | other -> words _.Password.Wire other |> frame form |> Encoding.Latin1.GetBytes
