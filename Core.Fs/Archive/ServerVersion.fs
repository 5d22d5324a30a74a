namespace HybridReplica.Core

open System
open System.Globalization

/// A server by whose it is and by the first two numbers of its version.
[<Struct>]
type ServerVersion =
    {
        Vendor: RdbVendor
        Major: int
        Minor: int
    }

    /// As people write it: `Redis 7.0`.
    override this.ToString() =
        let vendor =
            match this.Vendor with
            | RdbVendor.Redis -> "Redis"
            | RdbVendor.Valkey -> "Valkey"

        $"{vendor} {this.Major}.{this.Minor}"

    static member private TryNumber(text: string) : int voption =
        match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, number -> ValueSome number
        | false, _ -> ValueNone

    static member private TryNumbers(vendor: RdbVendor, numbers: string) : ServerVersion voption =
        let parts = numbers.Split '.' |> Array.map ServerVersion.TryNumber |> List.ofArray

        match parts with
        | ValueSome major :: ValueSome minor :: rest when List.forall ValueOption.isSome rest ->
            ValueSome
                {
                    Vendor = vendor
                    Major = major
                    Minor = minor
                }
        | [ ValueSome major ] ->
            ValueSome
                {
                    Vendor = vendor
                    Major = major
                    Minor = 0
                }
        | _ -> ValueNone

    /// Reads `7`, `7.0.15`, `redis-7.0.15`, `Valkey 8.1` and the like. Without a name it is a Redis.
    static member TryParse(text: string) : ServerVersion voption =
        let words = text.Split([| '-'; ' ' |], StringSplitOptions.RemoveEmptyEntries)

        match List.ofArray words with
        | [ numbers ] -> ServerVersion.TryNumbers(RdbVendor.Redis, numbers)
        | [ name; numbers ] when "redis".Equals(name, StringComparison.OrdinalIgnoreCase) ->
            ServerVersion.TryNumbers(RdbVendor.Redis, numbers)
        | [ name; numbers ] when "valkey".Equals(name, StringComparison.OrdinalIgnoreCase) ->
            ServerVersion.TryNumbers(RdbVendor.Valkey, numbers)
        | _ -> ValueNone

/// Which servers load what is restored: a multi-part append-only file (since 7.0) whose base has that format.
[<RequireQualifiedAccess>]
module ServerSupport =

    // The first release of each vendor that loads the format (`RDB_VERSION`); Valkey loads none of the formats that
    // Redis has had since they parted, nor Redis any of Valkey's.
    let private firstReleases (format: RdbVersion) =
        match format.Vendor with
        | RdbVendor.Redis when format.Number <= 10 -> ValueSome struct (7, 0), ValueSome struct (7, 2)
        | RdbVendor.Redis when format.Number = 11 -> ValueSome struct (7, 2), ValueSome struct (7, 2)
        | RdbVendor.Redis when format.Number = 12 -> ValueSome struct (7, 4), ValueNone
        | RdbVendor.Redis when format.Number = 13 -> ValueSome struct (8, 6), ValueNone
        | RdbVendor.Redis when format.Number = 14 -> ValueSome struct (8, 8), ValueNone
        | RdbVendor.Redis when format.Number = 15 -> ValueSome struct (8, 10), ValueNone
        | RdbVendor.Redis -> ValueNone, ValueNone
        | RdbVendor.Valkey when format.Number <= 80 -> ValueNone, ValueSome struct (9, 0)
        | RdbVendor.Valkey when format.Number = 81 -> ValueNone, ValueSome struct (9, 2)
        | RdbVendor.Valkey -> ValueNone, ValueNone

    /// Whether the server loads a base of that format.
    [<CompiledName "Loads">]
    let loads (format: RdbVersion) (server: ServerVersion) : bool =
        let redis, valkey = firstReleases format

        match (if server.Vendor = RdbVendor.Redis then redis else valkey) with
        | ValueSome first -> struct (server.Major, server.Minor) >= first
        | ValueNone -> false

    /// The program that loads a base of that format: Redis' own, unless none but Valkey has the format.
    [<CompiledName "Program">]
    let program (format: RdbVersion) : string =
        match format.Vendor with
        | RdbVendor.Redis -> "redis-server"
        | RdbVendor.Valkey -> "valkey-server"

    /// The servers that do, in words: `Redis 7.2 or later, or Valkey 7.2 or later`.
    [<CompiledName "Servers">]
    let servers (format: RdbVersion) : string =
        let redis, valkey = firstReleases format

        match
            [
                for vendor, first in [ RdbVendor.Redis, redis; RdbVendor.Valkey, valkey ] do
                    match first with
                    | ValueSome(struct (major, minor)) ->
                        let server: ServerVersion =
                            {
                                Vendor = vendor
                                Major = major
                                Minor = minor
                            }

                        $"{server} or later"
                    | ValueNone -> ()
            ]
        with
        | [] -> "a server that is newer than all that are known"
        | known -> String.Join(", or ", known)
