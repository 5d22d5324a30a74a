namespace HybridReplica.Core

open System
open System.Globalization
open System.Text

/// The header of a transcript: a line for each setting that differs from the default.
module internal TranscriptHeader =

    /// What stands for a password in transcripts. As a password it prints as itself.
    let standIn = Secret.OfText "***"

    [<NoComparison; NoEquality>]
    type private Entry =
        {
            Name: string
            /// None: the setting is as by default.
            Write: Settings -> string voption
            /// None: the text is no value of this setting.
            Read: string -> Settings -> Settings voption
        }

    // Names and addresses may be any text: it is written as the bytes that go over the wire.
    let private escape (text: string) =
        Printable.escape (Encoding.Latin1.GetString(Encoding.UTF8.GetBytes text))

    let private unescape (text: string) =
        Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Printable.unescape text))

    let private readInt (text: string) =
        match Int32.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, value -> ValueSome value
        | false, _ -> ValueNone

    let private readUInt64 (text: string) =
        match UInt64.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, value -> ValueSome value
        | false, _ -> ValueNone

    let private required name write read (get: Settings -> 'value) set =
        {
            Name = name
            Write =
                fun settings ->
                    if get settings = get Settings.Default then
                        ValueNone
                    else
                        ValueSome(write (get settings))
            Read = fun text settings -> read text |> ValueOption.map (fun value -> set value settings)
        }

    let private optional name write read (get: Settings -> 'value voption) set =
        {
            Name = name
            Write = get >> ValueOption.map write
            Read = fun text settings -> read text |> ValueOption.map (fun value -> set (ValueSome value) settings)
        }

    let private number name get set = required name string readInt get set

    let private retryNumber name get set =
        number name (fun settings -> get settings.Retry) (fun value settings ->
            { settings with
                Retry = set value settings.Retry
            })

    let private word meaning text =
        if text = fst meaning then
            ValueSome(snd meaning)
        else
            ValueNone

    let private readPolicy text =
        ResumePolicy.All
        |> List.tryFind (fun policy -> policy.Name = text)
        |> ValueOption.ofOption
        |> ValueOption.map (fun policy ->
            { Following.Default with
                Policy = policy
            })

    // A setting of a part of the settings, behind the line that says that there is such a part.
    let private within
        (part: Settings -> 'part voption)
        (withPart: 'part -> Settings -> Settings)
        (usual: 'part)
        name
        write
        read
        (get: 'part -> 'value)
        (set: 'value -> 'part -> 'part)
        =
        {
            Name = name
            Write =
                part
                >> ValueOption.filter (fun chosen -> get chosen <> get usual)
                >> ValueOption.map (get >> write)
            Read =
                fun text settings ->
                    match read text, part settings with
                    | ValueSome value, ValueSome chosen -> ValueSome(withPart (set value chosen) settings)
                    | _ -> ValueNone
        }

    // A setting of those who follow.
    let private following name write read get set =
        let withPart following (settings: Settings) =
            { settings with
                Follow = ValueSome following
            }

        within _.Follow withPart Following.Default name write read get set

    let private readInt64 (text: string) =
        match Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, value -> ValueSome value
        | false, _ -> ValueNone

    let private written (number: int voption) =
        number |> ValueOption.map string |> ValueOption.defaultValue "any"

    let private readAny (text: string) =
        if text = "any" then
            ValueSome ValueNone
        else
            readInt text |> ValueOption.map ValueSome

    let private readFsync text =
        FsyncPolicy.All
        |> List.tryFind (fun policy -> policy.Name = text)
        |> ValueOption.ofOption

    let private writeKeep keep =
        match keep with
        | Retention.Everything -> "everything"
        | Retention.Bases count -> $"{count} bases"
        | Retention.Seconds seconds -> $"{seconds} seconds"

    let private readKeep (text: string) =
        match text.Split ' ' with
        | [| count; "bases" |] -> readInt count |> ValueOption.map Retention.Bases
        | [| seconds; "seconds" |] -> readInt64 seconds |> ValueOption.map Retention.Seconds
        | _ -> ValueNone

    // A setting of those who archive.
    let private archiving name write read get set =
        let withPart archive (settings: Settings) =
            { settings with
                Archive = ValueSome archive
            }

        within _.Archive withPart ArchiveSettings.Default name write read get set

    let private readUser text (settings: Settings) =
        ValueSome
            { settings with
                Credentials =
                    ValueSome
                        {
                            User = ValueSome(unescape text)
                            Password = standIn
                        }
            }

    let private readPassword text (settings: Settings) =
        if text = string standIn then
            ValueSome
                { settings with
                    Credentials =
                        ValueSome
                            {
                                User = settings.Credentials |> ValueOption.bind _.User
                                Password = standIn
                            }
                }
        else
            ValueNone

    let private entries =
        [
            number "listening-port" _.ListeningPort (fun value settings -> { settings with ListeningPort = value })
            optional "announce-port" string readInt _.AnnouncedPort (fun value settings ->
                { settings with AnnouncedPort = value })
            optional "announce-ip" escape (unescape >> ValueSome) _.AnnouncedAddress (fun value settings ->
                { settings with
                    AnnouncedAddress = value
                })
            {
                Name = "user"
                Write = _.Credentials >> ValueOption.bind _.User >> ValueOption.map escape
                Read = readUser
            }
            {
                Name = "password"
                Write = _.Credentials >> ValueOption.map (_.Password >> string)
                Read = readPassword
            }
            optional "announce-version" escape (unescape >> ValueSome) _.AnnouncedVersion (fun value settings ->
                { settings with
                    AnnouncedVersion = value
                })
            required "rdb-only" (fun _ -> "yes") (word ("yes", true)) _.RdbOnly (fun value settings ->
                { settings with RdbOnly = value })
            optional "resume" string Position.TryParse _.Resume (fun value settings -> { settings with Resume = value })
            required
                "destination"
                (fun destination ->
                    if destination = Destination.Nowhere then
                        "nowhere"
                    else
                        "pipe")
                (fun text ->
                    word ("pipe", Destination.Pipe) text
                    |> ValueOption.orElse (word ("nowhere", Destination.Nowhere) text))
                _.Destination
                (fun value settings -> { settings with Destination = value })
            number "timeout" _.Timeout (fun value settings -> { settings with Timeout = value })
            number "reply-timeout" _.ReplyTimeout (fun value settings -> { settings with ReplyTimeout = value })
            number "handshake-timeout" _.HandshakeTimeout (fun value settings ->
                { settings with
                    HandshakeTimeout = value
                })
            optional "preparation-timeout" string readInt _.PreparationTimeout (fun value settings ->
                { settings with
                    PreparationTimeout = value
                })
            retryNumber "attempts" _.Attempts (fun value retry -> { retry with Attempts = value })
            retryNumber "first-pause" _.FirstPause (fun value retry -> { retry with FirstPause = value })
            retryNumber "longest-pause" _.LongestPause (fun value retry -> { retry with LongestPause = value })
            required "seed" string readUInt64 _.Retry.Seed (fun value settings ->
                { settings with
                    Retry = { settings.Retry with Seed = value }
                })
            optional "follow" (fun following -> string following.Policy) readPolicy _.Follow (fun value settings ->
                { settings with Follow = value })
            following "full-resyncs" string readInt _.FullResyncs (fun value following ->
                { following with FullResyncs = value })
            following "full-resync-period" string readInt _.Period (fun value following ->
                { following with Period = value })
            following "from-now" (fun _ -> "yes") (word ("yes", true)) _.FromNow (fun value following ->
                { following with FromNow = value })
            following "wants-snapshot" (fun _ -> "yes") (word ("yes", true)) _.WantsSnapshot (fun value following ->
                { following with WantsSnapshot = value })
            optional
                "archive"
                (fun (archive: ArchiveSettings) -> escape archive.Name)
                (fun text ->
                    ValueSome
                        { ArchiveSettings.Default with
                            Name = unescape text
                        })
                _.Archive
                (fun value settings -> { settings with Archive = value })
            archiving "segment-size" string readInt64 _.SegmentSize (fun value (archive: ArchiveSettings) ->
                { archive with SegmentSize = value })
            archiving "segment-age" written readAny _.SegmentAge (fun value (archive: ArchiveSettings) ->
                { archive with SegmentAge = value })
            archiving "fsync" string readFsync _.Fsync (fun value (archive: ArchiveSettings) ->
                { archive with Fsync = value })
            archiving "keep" writeKeep readKeep _.Keep (fun value (archive: ArchiveSettings) ->
                { archive with Keep = value })
            archiving "base-every" written readAny _.BaseEvery (fun value (archive: ArchiveSettings) ->
                { archive with BaseEvery = value })
        ]

    /// The lines about the settings, the dialect aside.
    let write (settings: Settings) : string list =
        entries
        |> List.choose (fun entry ->
            match entry.Write settings with
            | ValueSome value -> Some $"{entry.Name} {value}"
            | ValueNone -> None)

    /// Takes one setting over, or says what is wrong with it.
    let read (name: string, value: string) (settings: Settings) : Result<Settings, string> =
        match entries |> List.tryFind (fun entry -> entry.Name = name) with
        | None -> Error $"There is no setting named {name}. (An empty line ends the settings.)"
        | Some entry ->
            match entry.Read value settings with
            | ValueSome settings -> Ok settings
            | ValueNone when name = "password" -> Error "A transcript holds no password: write three stars."
            | ValueNone -> Error $"The {name} cannot be \"{value}\"."
