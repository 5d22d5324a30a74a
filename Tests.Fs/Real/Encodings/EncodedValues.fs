/// Values of every type on both sides of every limit at which a server stores them in another way (Redis 7.0).
module HybridReplica.Tests.Real.EncodedValues

open System

/// Text that no compression makes smaller, the same each time.
let noise (length: int) =
    let random = Random length
    String(Array.init length (fun _ -> char (random.Next(int 'a', int 'z' + 1))))

/// Text that becomes smaller.
let same (length: int) = String('a', length)

/// Numbers on both sides of where one more byte is needed, and texts that look like numbers.
let private numbers =
    [
        for power in [ 6; 7; 8; 12; 13; 15; 16; 23; 24; 31; 32; 47; 53; 62 ] do
            for number in [ (1L <<< power) - 1L; 1L <<< power; (1L <<< power) + 1L ] do
                string number
                string -number
        string Int64.MaxValue
        string Int64.MinValue
        // Eleven characters and twelve.
        "-2147483648"
        "99999999999"
        "999999999999"
        yield!
            [
                "0"
                "007"
                "-0"
                "+1"
                " 1"
                "1 "
                "1.0"
                "1e3"
                "9223372036854775808"
                "00000000001"
            ]
    ]

let private lengths =
    [
        0
        1
        19
        20
        21
        44
        45
        62
        63
        64
        65
        126
        127
        128
        4095
        4096
        16382
        16383
        16384
        16385
        70000
    ]

let private keys =
    [
        "SET", ""
        "SET", "12345"
        "SET", "-70000"
        "SET", "binary\000\r\n\255"
        "SET", same 300
        "SET", noise 20000
    ]
    |> List.map (fun (command, key) -> [ command; key; "a key of its own" ])

let strings: string list list =
    [
        for length in lengths do
            [ "SET"; $"string:noise:{length}"; noise length ]
            [ "SET"; $"string:same:{length}"; same length ]
        for number in numbers do
            [ "SET"; $"string:number:{number}"; number ]
        [ "SET"; "string:binary"; "\000\r\n\255\027\"" ]
        [ "APPEND"; "string:appended"; "12" ]
        [ "SETBIT"; "string:bits"; "100000"; "1" ]
        [ "PFADD"; "string:estimate"; "a"; "b"; "c" ]
        yield! keys
    ]

/// What a packed container stores in different ways.
let private elements =
    numbers
    @ [
        for length in [ 0; 1; 62; 63; 64; 65; 4094; 4095; 4096; 5000 ] -> noise length
    ]

let private config name value = [ "CONFIG"; "SET"; name; string value ]

let private pushed key (values: string list) =
    values
    |> List.chunkBySize 500
    |> List.map (fun chunk -> "RPUSH" :: key :: chunk)

let lists: string list list =
    [
        for size in [ -1; -2; -3; -4; -5; 1; 2; 127; 128; 129 ] do
            config "list-max-listpack-size" size
            yield! pushed $"list:{size}:elements" elements
            yield! pushed $"list:{size}:128" (List.init 128 string)
            yield! pushed $"list:{size}:129" (List.init 129 string)
            yield! pushed $"list:{size}:same" (List.replicate 200 (same 500))
        config "list-max-listpack-size" -2
        for depth in [ 1; 3 ] do
            config "list-compress-depth" depth
            yield! pushed $"list:compressed:{depth}" (List.init 3000 (fun index -> same (index % 90)))
        config "list-compress-depth" 0
        // Elements that are nodes of their own. Zero is the usual threshold.
        [ "DEBUG"; "QUICKLIST-PACKED-THRESHOLD"; "100b" ]
        yield! pushed "list:plain" [ "1"; noise 99; noise 100; same 101; "2"; same 70000; noise 20000; "" ]
        yield! pushed "list:all plain" [ same 100; noise 100 ]
        [ "DEBUG"; "QUICKLIST-PACKED-THRESHOLD"; "0" ]
        yield! pushed "list:trimmed" (List.init 5000 string)
        [ "LTRIM"; "list:trimmed"; "1500"; "3500" ]
    ]

let sets: string list list =
    [
        for number in numbers do
            [ "SADD"; $"set:with:{number}"; "5"; number; "-3" ]
        for count in [ 1; 511; 512; 513; 5000 ] do
            "SADD"
            :: $"set:numbers:{count}"
            :: List.init count (fun index -> string (index * 7 - 100))
        "SADD" :: "set:words" :: List.init 1000 (fun index -> noise (index % 100 + 1))
        "SADD" :: "set:elements" :: elements
        config "set-max-intset-entries" 70000
        "SADD" :: "set:numbers:70000" :: List.init 70000 string
        config "set-max-intset-entries" 512
    ]

let private fields count (value: int -> string) =
    List.collect (fun index -> [ $"field:{index}"; value index ]) [ 1..count ]

let hashes: string list list =
    [
        for count in [ 1; 127; 128; 129; 1000 ] do
            "HSET" :: $"hash:fields:{count}" :: fields count string
        for length in [ 63; 64; 65 ] do
            [ "HSET"; $"hash:value:{length}"; "field"; noise length ]
            [ "HSET"; $"hash:field:{length}"; same length; "value" ]
        [ "HSET"; "hash:large"; "field"; same 70000; noise 20000; noise 16384 ]
        config "hash-max-listpack-value" 10000
        config "hash-max-listpack-entries" 1000
        "HSET"
        :: "hash:elements"
        :: List.collect (fun element -> [ element; element ]) elements
        "HSET" :: "hash:fields:packed" :: fields 1000 (fun index -> noise (index % 80))
        config "hash-max-listpack-value" 64
        config "hash-max-listpack-entries" 128
    ]

let private scores =
    [
        yield!
            [
                "0"
                "-0"
                "1"
                "-1"
                "1.5"
                "0.1"
                "3.14159265358979"
                "1e100"
                "-1e-100"
                "5e-324"
                "1e15"
                "1e16"
            ]
        yield!
            [
                "1.7976931348623157e308"
                "inf"
                "-inf"
                "9007199254740992"
                "9007199254740993"
                "123456789012345678"
            ]
        for number in
            [
                127
                128
                -4096
                -4097
                4095
                4096
                32767
                32768
                8388607
                8388608
                2147483647
            ] do
            string number
    ]

let private members count (score: int -> string) =
    List.collect (fun index -> [ score index; $"member:{index}" ]) [ 1..count ]

let sortedSets: string list list =
    [
        for count in [ 1; 127; 128; 129; 1000 ] do
            "ZADD"
            :: $"zset:members:{count}"
            :: members count (fun index -> string (index * index))
        for length in [ 0; 63; 64; 65; 20000 ] do
            [ "ZADD"; $"zset:member:{length}"; "1"; noise length ]
        "ZADD"
        :: "zset:scores"
        :: members scores.Length (fun index -> scores[index - 1])
        "ZADD"
        :: "zset:scores:large"
        :: "7"
        :: noise 65
        :: members scores.Length (fun index -> scores[index - 1])
        [
            "GEOADD"
            "zset:places"
            "13.361389"
            "38.115556"
            "Palermo"
            "15.087269"
            "37.502669"
            "Catania"
        ]
        // More elements than a listpack can count.
        "ZADD" :: "zset:40000" :: members 40000 string
        config "zset-max-listpack-entries" 50000
        config "zset-max-listpack-value" 10000
        [ "ZUNIONSTORE"; "zset:uncounted"; "1"; "zset:40000" ]
        "ZADD"
        :: "zset:elements"
        :: List.collect (fun element -> [ "2"; element ]) elements
        config "zset-max-listpack-entries" 128
        config "zset-max-listpack-value" 64
    ]

let expiries: string list list =
    [
        [ "SET"; "expiry:2100"; "1"; "PXAT"; "4102444800001" ]
        [ "SET"; "expiry:far"; "1"; "PXAT"; "9223372036854775000" ]
        [ "HSET"; "expiry:hash"; "field"; "value" ]
        [ "PEXPIREAT"; "expiry:hash"; "4102444800002" ]
        [ "RPUSH"; "expiry:list"; "1" ]
        [ "PEXPIREAT"; "expiry:list"; "4102444800003" ]
    ]

let databases: string list list =
    [
        for database in [ 1; 9; 15 ] do
            [ "SELECT"; string database ]
            [ "SET"; "string"; string database ]
            [ "RPUSH"; "list"; "a"; string database ]
            [ "PEXPIREAT"; "list"; "4102444800004" ]
        [ "SELECT"; "0" ]
    ]

let functions: string list list =
    [
        for name in [ "first"; "second" ] do
            let body =
                $"redis.register_function('{name}', function(keys, arguments) return '{same 100}' end)"

            [ "FUNCTION"; "LOAD"; $"#!lua name={name}\n{body}" ]
    ]
